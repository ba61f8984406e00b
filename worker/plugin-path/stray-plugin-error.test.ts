import assert from 'node:assert/strict';
import { isStrayPluginError } from './stray-plugin-error.ts';

function errorAt(...lines: string[]): Error {
  const error = new Error('x');
  error.stack = ['Error: x', ...lines.map((line) => `    at ${line}`)].join('\n');
  return error;
}

describe('an error that nobody caught', () => {
  it("is a plug-in's when its code threw it, and ours otherwise", () => {
    const theirs = 'validate (file:///opt/plugins/a/src/x.js:1:1)';
    const ours = 'call (file:///srv/millrace/worker/plugin-path/plugin-call.js:1:1)';
    assert.equal(isStrayPluginError(errorAt('new Promise (node:internal:1:1)', theirs, ours), ['/opt/plugins']), true);
    assert.equal(isStrayPluginError(errorAt(ours, theirs), ['/opt/plugins']), false);
    assert.equal(isStrayPluginError(errorAt(theirs), ['/opt/plug']), false);
    assert.equal(isStrayPluginError('text', ['/opt/plugins']), false);
  });
});
