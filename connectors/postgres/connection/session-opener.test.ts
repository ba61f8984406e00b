import assert from 'node:assert/strict';
import { initialStatements } from './session-opener.ts';

describe('database.initial.statements', () => {
  it('is split at semicolons, two of which stand for one', () => {
    assert.deepEqual(initialStatements(`SET a = 1; SET b = 'x;;y' ;`), ['SET a = 1', `SET b = 'x;y'`]);
    assert.deepEqual(initialStatements(null), []);
    assert.deepEqual(initialStatements('  '), []);
  });
});
