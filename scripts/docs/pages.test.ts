import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { docsPages } from './pages.ts';

describe('documentation pages', function () {
  this.timeout(60_000); // prettier takes 0.5 s, and ten times that where other tests run beside it

  it('say what the definitions say (else run: npx node scripts/docs.ts)', async () => {
    for (const [file, text] of await docsPages())
      assert.equal(readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8'), text, file);
  });
});
