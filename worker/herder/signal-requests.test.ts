import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import type { Session } from './membership.ts';
import { SignalRequests } from './signal-requests.ts';

const running: ConnectorConfigState = {
  config: { 'connector.class': 'x' },
  targetState: 'STARTED',
  tasks: [{ t: '0' }, { t: '1' }],
  inconsistent: false,
  appliedConfig: undefined,
  taskGeneration: undefined,
  taskCountRecord: undefined,
  pendingFencing: false,
};
const given = { id: undefined, type: 'log', data: null };

describe('signals over REST', () => {
  let called: { task: string; signal: TaskSignal }[];
  beforeEach(() => (called = []));

  const requests = (own: Partial<Session>, state: ConnectorConfigState = running, owner?: string): SignalRequests => {
    const session: Session = {
      memberId: 'm',
      generation: 1,
      isLeader: true,
      leaderUrl: 'http://leader',
      work: { connectors: [], tasks: [] },
      ...own,
    };
    return new SignalRequests({
      membership: { session },
      view: () => ({
        offset: 1n,
        connectors: new Map([['inv', state]]),
        sessionKey: undefined,
        marker: undefined,
      }),
      ownerUrl: () => owner,
      call: (task, signal) => Promise.resolve(void called.push({ task, signal })),
    });
  };
  const work = { connectors: [], tasks: ['inv-0'] };

  it('go to task 0 where it runs, with an id of their own or one that is made', async () => {
    const made = await requests({ work, isLeader: false }).send('inv', given);
    assert.equal(await requests({ work }).send('inv', { ...given, id: 'mine' }), 'mine');
    assert.deepEqual(
      called.map(({ task, signal }) => `${task} ${signal.id}`),
      [`inv-0 ${made}`, 'inv-0 mine'],
    );
  });

  it('are passed on: by a follower to the leader, by the leader to the owner', async () => {
    await assert.rejects(requests({ isLeader: false }).send('inv', given), {
      name: 'NotLeader',
      target: 'http://leader',
    });
    await assert.rejects(requests({}, running, 'http://owner').send('inv', given), { target: 'http://owner' });
  });

  it('are refused while no task takes them', async () => {
    await assert.rejects(requests({}).send('inv', given), { status: 409, message: /no worker just now/ });
    const stopped = requests({ work }, { ...running, targetState: 'STOPPED', tasks: [] });
    await assert.rejects(stopped.send('inv', given), { status: 409, message: /has no task now/ });
    const paused = requests({ work }, { ...running, targetState: 'PAUSED' });
    await assert.rejects(paused.send('inv', given), { status: 409, message: /is paused/ });
    await assert.rejects(requests({ work }).send('nobody', given), { status: 404 });
    assert.deepEqual(called, []);
  });
});
