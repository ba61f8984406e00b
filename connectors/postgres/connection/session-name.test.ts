import assert from 'node:assert/strict';
import { isSameTask, sessionName } from './session-name.ts';

describe('names of sessions', () => {
  it('are the task’s application name where the server would not change it', () => {
    assert.equal(sessionName('millrace/group/inv/0/1-2-w'), 'millrace/group/inv/0/1-2-w');
  });

  it('tell incarnations of one task from other tasks, however long the names are', () => {
    const long = (incarnation: string, task = 0): string =>
      `millrace/${'g'.repeat(60)}/connector-ž/${task}/${incarnation}`;
    const [first, second, other] = [sessionName(long('1')), sessionName(long('2')), sessionName(long('1', 1))];
    for (const name of [first, second, other]) assert.ok(name.length <= 63 && name.startsWith('millrace/'));
    assert.notEqual(first, second);
    assert.equal(isSameTask(first, second), true);
    assert.equal(isSameTask(first, other), false);
  });

  it('never take a stranger for one of ours', () => {
    const ours = 'millrace/g/c/0/2';
    assert.equal(isSameTask('millrace/g/c/0/1', ours), true);
    for (const stranger of ['', 'Debezium Streaming', 'psql', 'millrace/g/c/10/1', 'millrace/g/c'])
      assert.equal(isSameTask(stranger, ours), false);
    assert.equal(isSameTask('psql', 'psql'), false);
  });
});
