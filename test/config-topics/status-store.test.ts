import assert from 'node:assert/strict';
import type { Status } from '../../config-topics/records/status-record.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { Opened, soon } from '../kafka/kafka-fixtures.ts';
import { servers } from '../support/servers.ts';
import { internalTopic, statusStore } from './store-fixtures.ts';

const status = (state: Status['state'], workerId: string, generation: number): Status => ({
  state,
  trace: null,
  workerId,
  generation,
  version: null,
});
const id = { connector: 'c', task: 0 };

describe('status store', () => {
  const opened = new Opened();
  let cluster: Cluster;

  beforeEach(() => {
    cluster = opened.cluster(servers().kafka.bootstrap);
  });
  afterEach(() => opened.closeAll());

  it('tells every worker what one of them has put', async () => {
    const topic = internalTopic('status');
    const a = await statusStore(opened, cluster, topic);
    const b = await statusStore(opened, cluster, topic);
    a.store.put(id, status('RUNNING', 'a', 1));
    a.store.put({ connector: 'c' }, status('PAUSED', 'a', 1));
    a.store.putTopic({ topic: 't', connector: 'c', task: 0, discoveredAt: 1767225600123 });
    await a.store.flush(soon());
    await b.store.readToEnd(soon());
    assert.deepEqual(b.store.task('c', 0), status('RUNNING', 'a', 1));
    assert.deepEqual(b.store.connector('c'), status('PAUSED', 'a', 1));
    assert.deepEqual(b.store.tasks('c'), [0]);
    assert.deepEqual(
      b.store.topics('c').map(({ topic: name }) => name),
      ['t'],
    );
    const late = await statusStore(opened, cluster, topic);
    assert.deepEqual(late.store.task('c', 0), status('RUNNING', 'a', 1));
    assert.deepEqual(late.changes.all, []);
  });

  it('writes only the last of several states that come together', async () => {
    const topic = internalTopic('status');
    const { store, changes } = await statusStore(opened, cluster, topic);
    for (const state of ['RESTARTING', 'UNASSIGNED', 'RUNNING'] as const) store.put(id, status(state, 'a', 1));
    await store.flush(soon());
    await store.readToEnd(soon());
    assert.deepEqual(changes.all, [{ id, status: status('RUNNING', 'a', 1) }]);
  });

  it('does not write a safe status over that of a newer generation, but over one of the same', async () => {
    const topic = internalTopic('status');
    const a = await statusStore(opened, cluster, topic);
    const b = await statusStore(opened, cluster, topic);
    b.store.put(id, status('RUNNING', 'b', 6));
    await b.store.flush(soon());
    await a.store.readToEnd(soon());
    a.store.putSafe(id, status('FAILED', 'a', 5));
    await a.store.flush(soon());
    await a.store.readToEnd(soon());
    assert.equal(a.store.task('c', 0)?.state, 'RUNNING');
    a.store.putSafe(id, status('UNASSIGNED', 'a', 6));
    a.store.putSafe(id, status('FAILED', 'a', 6));
    await a.store.flush(soon());
    await a.store.readToEnd(soon());
    assert.deepEqual(a.store.task('c', 0), status('FAILED', 'a', 6));
  });

  it('removes a connector with its tasks and topics', async () => {
    const topic = internalTopic('status');
    const { store, changes } = await statusStore(opened, cluster, topic);
    store.put({ connector: 'c' }, status('RUNNING', 'a', 1));
    for (const task of [0, 1]) store.put({ connector: 'c', task }, status('RUNNING', 'a', 1));
    store.putTopic({ topic: 't', connector: 'c', task: 0, discoveredAt: 1 });
    await store.flush(soon());
    await store.readToEnd(soon());
    store.deleteTask('c', 1);
    await store.flush(soon());
    await store.readToEnd(soon());
    assert.deepEqual(store.tasks('c'), [0]);
    store.deleteConnector('c');
    store.deleteTopics('c');
    await store.flush(soon());
    await store.readToEnd(soon());
    assert.deepEqual([store.connectors(), store.topics('c')], [[], []]);
    assert.equal(changes.all.filter((change) => change.status === null).length, 3);
  });

  it('keeps what it has to say through an outage of Kafka, and says the newest of it', async () => {
    const kafka = await servers().stack.start('kafka', { as: 'kafka-status' });
    try {
      const own = opened.cluster(kafka.bootstrap);
      const { store, changes } = await statusStore(opened, own, internalTopic('status'));
      store.put(id, status('RUNNING', 'a', 1));
      await store.flush(soon());
      await kafka.kill('SIGKILL');
      store.put(id, status('PAUSED', 'a', 1));
      store.put(id, status('RUNNING', 'a', 2));
      await assert.rejects(store.flush(AbortSignal.timeout(300)), { name: 'TimeoutError' });
      await kafka.restart();
      await store.flush(soon(60_000));
      await changes.seen(({ status: seen }) => seen?.generation === 2);
    } finally {
      await opened.closeAll();
      await servers().stack.stop('kafka-status');
    }
  });

  it('cuts a trace that Kafka would not take', async () => {
    const { store } = await statusStore(opened, cluster, internalTopic('status'));
    store.put(id, { ...status('FAILED', 'a', 1), trace: '\u{1F600}'.repeat(1_000_000) });
    await store.flush(soon());
    await store.readToEnd(soon());
    assert.equal(store.task('c', 0)?.trace?.length, 100_000);
  });
});
