import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseScript } from './request-script.ts';

const script = `# a comment
@header Accept: text/html
@differs one, two
POST /connectors?x=1
  {"name":
   "a"}

until a b is RUNNING[RUNNING,FAILED]
until GET /connectors answers "a".*"b"
sql INSERT INTO t VALUES (1)
@pending not built
GET /
`;

describe('a request script', () => {
  it('has requests with their marks and bodies, states to wait for and statements, each with its line', () => {
    const nothing = { headers: {}, body: undefined, differs: [], pending: undefined };
    const headers = { Accept: 'text/html' };
    assert.deepEqual(parseScript(script), [
      {
        ...nothing,
        kind: 'request',
        line: 4,
        method: 'POST',
        path: '/connectors?x=1',
        headers,
        body: '{"name":\n "a"}',
        differs: ['one', 'two'],
      },
      { kind: 'state', line: 8, connector: 'a b', states: 'RUNNING[RUNNING,FAILED]' },
      { kind: 'answer', line: 9, path: '/connectors', pattern: /"a".*"b"/s },
      { kind: 'sql', line: 10, statement: 'INSERT INTO t VALUES (1)' },
      { ...nothing, kind: 'request', line: 12, method: 'GET', path: '/', pending: 'not built' },
    ]);
  });

  it('says in which line it cannot be read', () => {
    assert.throws(() => parseScript('GET /\nFETCH /x'), /line 2/);
    assert.throws(() => parseScript('  {}'), /line 1: a body without a request/);
    assert.throws(() => parseScript('@differ x'), /line 1: unknown mark/);
  });
});
