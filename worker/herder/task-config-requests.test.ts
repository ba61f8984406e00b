import assert from 'node:assert/strict';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { LeaderWrites } from './leader-writes.ts';
import { Membership } from './membership.ts';
import { SerialQueue } from './serial-queue.ts';
import { TaskConfigRequests } from './task-config-requests.ts';

const config = { 'connector.class': 'x' };
const fresh: ConnectorConfigState = {
  config,
  targetState: 'STARTED',
  tasks: [],
  inconsistent: false,
  appliedConfig: undefined,
  taskGeneration: undefined,
  taskCountRecord: undefined,
  pendingFencing: false,
  fencedTasks: undefined,
};
const two: ConnectorConfigState = {
  ...fresh,
  tasks: [{ t: '0' }, { t: '1' }],
  appliedConfig: config,
  taskCountRecord: 2,
  fencedTasks: { tasks: [{ t: '0' }, { t: '1' }], config },
};

/** What is written when a set is published for a connector in this state: its size, and whether its count is recorded with it. */
async function published(
  before: ConnectorConfigState,
  configs: readonly Record<string, string>[],
  transactional = true,
): Promise<unknown[]> {
  const written: unknown[] = [];
  const clock = { now: () => 0, after: () => () => undefined };
  const membership = new Membership(clock, 1000);
  const work = { connectors: [], tasks: [] };
  membership.joined({ memberId: 'm', generation: 1, leaderUrl: 'http://leader', work, isLeader: true });
  const done = (): Promise<void> => Promise.resolve();
  const requests = new TaskConfigRequests({
    queue: new SerialQueue(),
    leader: new LeaderWrites(membership, { claim: done, release: done, readToEnd: done }),
    writer: {
      putTaskConfigs: (_, { length }, { fenced }) => Promise.resolve(void written.push({ length, fenced })),
    },
    view: () => ({ offset: 1n, connectors: new Map([['c', before]]), sessionKey: undefined, marker: undefined }),
    transactional,
    signal: new AbortController().signal,
  });
  await requests.put('c', configs);
  return written;
}

describe('publishing a set of tasks', () => {
  it('records the count with it where nobody has to be fenced', async () => {
    assert.deepEqual(await published(fresh, [{ t: '0' }]), [{ length: 1, fenced: true }]);
    assert.deepEqual(await published(two, [{ t: '0' }, { t: '1' }, { t: '2' }]), [{ length: 3, fenced: true }]);
  });

  it('leaves the count to the round that fences the producers of removed and changed tasks', async () => {
    assert.deepEqual(await published(two, [{ t: '0' }]), [{ length: 1, fenced: false }]);
    assert.deepEqual(await published(two, [{ t: '0' }, { t: 'new' }]), [{ length: 2, fenced: false }]);
    const unknown = { ...two, fencedTasks: undefined };
    assert.deepEqual(await published(unknown, [{ t: '0' }, { t: '1' }, { t: '2' }]), [{ length: 3, fenced: false }]);
  });

  it('fences by the set whose producers may exist, not by one that was published but never ran', async () => {
    const pending = { ...two, tasks: [{ t: 'never' }], pendingFencing: true };
    assert.deepEqual(await published(pending, [{ t: '0' }]), [{ length: 1, fenced: false }]);
    assert.deepEqual(await published(pending, [{ t: '0' }, { t: '1' }]), [{ length: 2, fenced: true }]);
  });

  it('records no count for an empty set, nor where exactly-once is off', async () => {
    assert.deepEqual(await published(two, []), [{ length: 0, fenced: false }]);
    assert.deepEqual(await published(fresh, [{ t: '0' }], false), [{ length: 1, fenced: false }]);
  });

  it('writes nothing that is published already', async () => {
    assert.deepEqual(await published(two, two.tasks), []);
  });
});
