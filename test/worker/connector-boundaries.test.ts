import assert from 'node:assert/strict';
import { Admin } from '../../kafka/admin.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { clusterOf, createTopics } from '../kafka/sender-fixture.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { TestCluster, uniqueName } from '../support/test-cluster.ts';
import { until } from './support/counter-cluster.ts';
import { isAborted, TRANSACTION, transactionOf, TransactionSource, type Held } from './support/transaction-source.ts';

const TRANSACTIONS = 10;
const LAST = TRANSACTIONS * TRANSACTION;
const HALF = TRANSACTION / 2;

/** Offset before the first record of a transaction. */
const before = (transaction: number): number => (transaction - 1) * TRANSACTION;

describe('transactions whose ends the connector says (transaction.boundary=connector)', () => {
  let source: TransactionSource;
  let cluster: TestCluster;
  let kafka: Cluster;

  beforeEach(async () => {
    source = await TransactionSource.open(LAST);
    cluster = await TestCluster.start({ properties: { 'plugin.path': source.folder } });
    kafka = clusterOf(servers().kafka.bootstrap);
  });

  afterEach(async () => {
    await kafka.close();
    await cluster.close();
    await source.close();
  });

  async function call(method: string, path: string): Promise<unknown> {
    const response = await fetch(`${cluster.url}${path}`, { method });
    assert.ok(response.ok, `${method} ${path} answered ${response.status}`);
    return method === 'GET' ? await response.json() : undefined;
  }

  async function size(topic: string, isolation: 'read_committed' | 'read_uncommitted'): Promise<bigint> {
    const ends = await new Admin(kafka).endOffsets(topic, isolation, AbortSignal.timeout(20_000));
    return [...ends.values()].reduce((sum, end) => sum + end, 0n);
  }

  /** Settles when the transaction stands in its middle: half of it in Kafka, and all before it readable, none of it. */
  async function inMiddle(held: Promise<Held>, transaction: number, reader: RecordReader): Promise<Held> {
    const task = await held;
    const unfinished = async (): Promise<bigint> =>
      (await size(reader.topic, 'read_uncommitted')) - (await size(reader.topic, 'read_committed'));
    await until(
      async () => (await unfinished()) === BigInt(HALF),
      30_000,
      `half of transaction ${transaction} in Kafka`,
    );
    const expected = committedUpTo(before(transaction));
    await reader.until((records) => records.length >= expected.length);
    assert.deepEqual(idsOf(reader).toSorted(byNumber), expected);
    return task;
  }

  for (const own of [false, true])
    it(`are seen whole or not at all, and once, over kills, a restart and a pause; offsets in ${own ? 'a topic of their own' : "the worker's topic"}`, async () => {
      const topic = uniqueName('boundaries');
      await createTopics(servers().kafka.bootstrap, { [topic]: 3 });
      const reader = await RecordReader.open(servers().kafka.bootstrap, topic);
      const hold = (transactions: readonly number[], part: number): (readonly [number, Promise<Held>])[] =>
        transactions.map((each) => [each, source.hold(before(each) + part)]);
      const [killed, ended] = [hold([2, 3, 4], HALF), hold([5, 6], TRANSACTION)];
      const [restarted, paused] = [source.hold(before(7) + HALF), source.hold(before(8) + HALF)];
      let starts = 1;
      const nextStart = (): Promise<number> => source.started((starts += 1));
      try {
        await cluster.client.create(topic, {
          'connector.class': 'test.TransactionSource',
          'exactly.once.support': 'required',
          'transaction.boundary': 'connector',
          url: source.url,
          topic,
          'task.restart.backoff.ms': '50',
          'task.restart.backoff.max.ms': '50',
          ...(own && { 'offsets.storage.topic': `${topic}-offsets` }),
        });
        for (const [transaction, held] of killed) {
          const task = await inMiddle(held, transaction, reader);
          process.kill(task.pid, 'SIGKILL');
          assert.equal(await nextStart(), before(transaction));
          task.release();
        }
        for (const [transaction, held] of ended) {
          const task = await held;
          process.kill(task.pid, 'SIGKILL'); // its end was said a moment ago: commits are under way, or over
          const start = await nextStart();
          assert.ok(start % TRANSACTION === 0 && start <= before(transaction + 1), `started from ${start}`);
          task.release();
        }
        const stopped = await inMiddle(restarted, 7, reader);
        await call('POST', `/connectors/${topic}/restart?includeTasks=true`);
        assert.equal(await nextStart(), before(7));
        stopped.release();
        const standing = await inMiddle(paused, 8, reader);
        await cluster.client.put(topic, 'pause');
        await cluster.client.until(topic, ({ tasks }) => tasks[0]?.state === 'PAUSED', 60_000);
        await cluster.client.put(topic, 'resume');
        assert.equal(await nextStart(), before(8));
        standing.release();
        const expected = committedUpTo(LAST);
        await reader.until((records) => records.length >= expected.length, 60_000);
        assert.deepEqual(idsOf(reader).toSorted(byNumber), expected);
        for (const partition of [0, 1, 2]) {
          const found = idsOf(reader, partition);
          assert.deepEqual(found, found.toSorted(byNumber));
        }
        const stored = async (): Promise<string> => JSON.stringify(await call('GET', `/connectors/${topic}/offsets`));
        await until(async () => (await stored()).includes(`"offset":{"id":${LAST}}`), 30_000, 'the last offset');
      } finally {
        await reader.close();
        await cluster.client.delete(topic);
      }
    });
});

function idsOf(reader: RecordReader, partition?: number): number[] {
  return reader.records
    .filter((record) => partition === undefined || record.partition === partition)
    .map(({ value }) => Number(value));
}

function committedUpTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1).filter((id) => !isAborted(transactionOf(id)));
}

function byNumber(a: number, b: number): number {
  return a - b;
}
