import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { productVersion } from './version.ts';

describe('version', () => {
  it('is the one of package.json', () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    assert.match(text, new RegExp(`"version": "${productVersion.replaceAll('.', '\\.')}"`));
  });
});
