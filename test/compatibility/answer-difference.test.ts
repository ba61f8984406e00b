import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { comparable, type Answer } from './answer.ts';
import { differences } from './answer-difference.ts';

function answer(text: string, headers: Record<string, string> = {}, status = 200): Answer {
  const names = new Map([
    ['http://h:1', '<url>'],
    ['h:1', '<worker>'],
  ]);
  return comparable({ status, headers, text }, names);
}

describe('the comparison of two answers', () => {
  it('finds status, headers that matter and members that differ, and says where', () => {
    const theirs = answer('{"a":{"b":[1,"x"]},"c":true}', { allow: 'GET,HEAD', date: 'now' });
    const ours = answer('{"a":{"b":[1,"y"]},"d":null}', { allow: 'GET' }, 404);
    assert.deepEqual(differences(theirs, ours), [
      { at: 'status', theirs: '200', ours: '404' },
      { at: 'header allow', theirs: 'GET, HEAD', ours: 'GET' },
      { at: 'body.a.b.1', theirs: 'x', ours: 'y' },
      { at: 'body.c', theirs: 'true', ours: undefined },
      { at: 'body.d', theirs: undefined, ours: 'null' },
    ]);
  });

  it('tells a number from a text, and sees every digit of a large one', () => {
    assert.equal(differences(answer('{"a":1}'), answer('{"a":"1"}')).length, 1);
    assert.equal(differences(answer('{"a":9007199254740993}'), answer('{"a":9007199254740992}')).length, 1);
  });

  it('takes settings by their names, plug-ins by class and type, and names as a set', () => {
    const setting = (name: string, value: string): string =>
      `{"definition":null,"value":{"name":"${name}","value":"${value}","errors":[]}}`;
    const theirs = answer(`{"configs":[${setting('p.q', '1')},${setting('r', '2')}],"groups":["a","b"]}`);
    const ours = answer(`{"configs":[${setting('r', '2')},${setting('p.q', '3')}],"groups":["b","a"]}`);
    assert.deepEqual(differences(theirs, ours), [{ at: 'body.configs.p.q.value.value', theirs: '1', ours: '3' }]);
    assert.deepEqual(differences(answer('["b","a"]'), answer('["a","b"]')), []);
    const twice = answer('[{"class":"C","type":"converter"},{"class":"C","type":"header_converter"}]');
    assert.equal(differences(twice, answer('[{"class":"C","type":"converter"}]')).length, 1);
  });

  it('takes the order of tasks and of errors for what it is', () => {
    assert.equal(differences(answer('{"errors":["a","b"]}'), answer('{"errors":["b","a"]}')).length, 2);
  });

  it('masks what every run has anew: workers, versions, times and stack traces', () => {
    const status = (worker: string, version: string, trace: string): Answer =>
      answer(`{"worker_id":"${worker}","version":"${version}","trace":"${trace}"}`, { location: `http://${worker}/x` });
    const theirs = comparable(
      { status: 200, headers: {}, text: '{"worker_id":"t:9","version":"3.5","trace":"a"}' },
      new Map([['t:9', '<worker>']]),
    );
    assert.deepEqual(differences({ ...theirs, headers: { location: '<url>/x' } }, status('h:1', '0.1', 'b')), []);
    assert.equal(differences(answer('{"version":null}'), answer('{"version":"1"}')).length, 1);
    const restarting = (version: string): Answer => answer(`{"state":"RESTARTING","version":${version}}`);
    assert.deepEqual(differences(restarting('null'), restarting('"1"')), []);
  });
});
