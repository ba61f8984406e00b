import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { requireVersion, unavailable } from './plugin-version.ts';

const plugin = { className: 'io.example.Pg', version: '3.5.0.Final' };

describe('versions of a plug-in', () => {
  it('are met by latest, by nothing, by the version itself and by a range around it', () => {
    for (const version of [
      null,
      'latest',
      '3.5.0.Final',
      '3.5',
      '[3.0,4.0)',
      '[3.5.0,)',
      '(,2.0],[3.5,3.5]',
      '[3.5.0]',
    ])
      assert.equal(unavailable(plugin, version), undefined, String(version));
  });

  it('are missed by another version and by ranges beside it, in the words of Connect', () => {
    for (const version of ['3.5.1', '(3.5.0,4.0)', '[1.0,2.0]', '(,3.5.0)', '3.5.0-rc1'])
      assert.match(unavailable(plugin, version) ?? '', /^Plugin io\.example\.Pg not found/, version);
    const text =
      'Plugin io.example.Pg not found that matches the version range [9.9,9.9], available versions: [3.5.0.Final]';
    assert.equal(unavailable(plugin, '9.9'), text);
    assert.throws(() => requireVersion(plugin, '9.9'), { status: 400, message: text });
  });

  it('are refused when they are no range', () => {
    for (const version of ['[', '[1,2,3]', '[1,2'])
      assert.throws(() => requireVersion(plugin, version), { message: `Invalid version specification: ${version}` });
  });
});
