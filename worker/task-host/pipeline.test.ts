import assert from 'node:assert/strict';
import type { ChangeEvent } from '../../connectors/change-event.ts';
import { imageOf } from '../../connectors/row-image.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import type { EncodedRecord } from '../../formats/encoded-record.ts';
import type { Format } from '../../formats/format.ts';
import { EncodedOutput } from './encoded-output.ts';
import type { EventOutput } from './event-output.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { noErrors, RecordErrors } from './record-errors.ts';
import { Pipeline } from './pipeline.ts';
import {
  adaptiveBoundary,
  connectorBoundary,
  intervalBoundary,
  type TransactionBoundary,
} from './transaction-boundary.ts';
import type { OffsetRecord, OutputTopic, RecordOutput } from './record-output.ts';

const table: TableSchema = { database: 'd', schema: 's', table: 't', columns: [], key: null };

function rowOf(value: string, ordinal: number, of = table): ChangeEvent {
  return {
    kind: 'row',
    op: 'c',
    table: of,
    before: null,
    partialBefore: false,
    after: imageOf([value]),
    transaction: {
      source: 'postgresql',
      database: 'd',
      xid: 1,
      timeMicros: 0n,
      commitLsn: 1n,
      previousCommitEnd: null,
      snapshot: 'false',
    },
    positionHigh: 0,
    positionLow: ordinal,
    ordinal,
  };
}

/** Writes the first column as the value, to the topic named like the table. */
const format: Format = {
  sideTopic: () => 'side',
  tableTopic: (_schema, table) => table,
  compile: (of) => ({
    topic: of.table,
    encode: (change, sink) => {
      const image = change.after;
      if (image === null) return;
      sink.append({
        bytes: image.bytes,
        keyStart: -1,
        keyEnd: -1,
        valueStart: 0,
        valueEnd: image.bytes.length,
        headers: [],
      });
    },
  }),
  encodeSide: () => undefined,
};

/** Our own port, in memory: keeps what each commit held and lets the test decide when a commit ends. */
class MemoryOutput implements RecordOutput {
  readonly committed: { records: string[]; offsets: string[] }[] = [];
  readonly commits: PromiseWithResolvers<undefined>[] = [];
  readonly called: PromiseWithResolvers<undefined>[] = [Promise.withResolvers<undefined>()];
  pendingBytes = 0;
  unacknowledgedBytes = 0;
  #records: string[] = [];

  topic(name: string): OutputTopic {
    return {
      name,
      append: (record: EncodedRecord) => {
        const text = record.bytes.toString('utf8', record.valueStart, record.valueEnd);
        this.#records.push(`${name}:${text}`);
        this.pendingBytes += text.length;
      },
    };
  }

  commit(offsets: readonly OffsetRecord[]): Promise<void> {
    return this.#end(this.#records, offsets);
  }

  abort(offsets: readonly OffsetRecord[]): Promise<void> {
    return this.#end([], offsets);
  }

  async #end(records: string[], offsets: readonly OffsetRecord[]): Promise<void> {
    this.#records = [];
    const bytes = this.pendingBytes;
    const done = Promise.withResolvers<undefined>();
    this.commits.push(done);
    this.called.at(-1)?.resolve(undefined);
    this.called.push(Promise.withResolvers<undefined>());
    await done.promise;
    this.pendingBytes -= bytes;
    this.committed.push({
      records,
      offsets: offsets.map((offset) => `${offset.key.toString()}=${offset.value?.toString() ?? 'null'}`),
    });
  }

  /** Settles when commit has been called `count` times. */
  async commitCalls(count: number): Promise<void> {
    while (this.commits.length < count) await this.called.at(-1)?.promise;
  }
}

const noRecords: EventOutput = {
  append: () => 0,
  ready: () => Promise.reject(new Error('there are no records')),
  errors: noErrors,
};

const silent: TaskLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const failures = new RecordErrors({
  id: 'c-0',
  handling: { retryTimeoutMs: 0, retryDelayMaxMs: 60_000, tolerance: 'all', logs: false, logsRecords: false },
  log: silent,
});

function eventsTo(openTopic: (name: string) => Promise<OutputTopic>): EventOutput {
  return new EncodedOutput({ format, openTopic, structured: noRecords, failures });
}

function open(
  openTopic?: (name: string) => Promise<OutputTopic>,
  inFlightBytes = 1000,
  boundary: TransactionBoundary = adaptiveBoundary,
): { pipeline: Pipeline<OutputTopic>; output: MemoryOutput } {
  const output = new MemoryOutput();
  const pipeline = new Pipeline({
    connector: 'c',
    output,
    events: eventsTo(openTopic ?? ((name) => Promise.resolve(output.topic(name)))),
    offsetsTopic: output.topic('offsets'),
    inFlightBytes,
    boundary,
  });
  return { pipeline, output };
}

const offsetAt = (lsn: number) => [{ partition: { server: 'x' }, offset: { lsn } }];

describe('Pipeline', () => {
  it('acknowledges a batch only when its transaction with its offsets is committed', async () => {
    const { pipeline, output } = open();
    let acknowledged = false;
    const emitted = pipeline.emit({ events: [rowOf('a', 1)], offsets: offsetAt(1), bytes: 1 });
    void emitted.acknowledged.then(() => (acknowledged = true));
    await output.commitCalls(1);
    assert.equal(acknowledged, false);
    output.commits[0]?.resolve(undefined);
    await emitted.acknowledged;
    assert.deepEqual(output.committed, [{ records: ['t:a'], offsets: ['["c",{"server":"x"}]={"lsn":1}'] }]);
  });

  it('fills the next transaction while one is being committed, with the newest offset of each partition', async () => {
    const { pipeline, output } = open();
    pipeline.emit({ events: [rowOf('a', 1)], offsets: offsetAt(1), bytes: 1 });
    await output.commitCalls(1);
    pipeline.emit({ events: [rowOf('b', 2)], offsets: offsetAt(2), bytes: 1 });
    const last = pipeline.emit({ events: [rowOf('c', 3)], offsets: offsetAt(3), bytes: 1 });
    assert.equal(output.commits.length, 1);
    output.commits[0]?.resolve(undefined);
    await output.commitCalls(2);
    output.commits[1]?.resolve(undefined);
    await last.acknowledged;
    assert.deepEqual(output.committed[1], { records: ['t:b', 't:c'], offsets: ['["c",{"server":"x"}]={"lsn":3}'] });
  });

  it('keeps the order of events when a topic has to be opened in the middle of a batch', async () => {
    const gate = Promise.withResolvers<undefined>();
    const other: TableSchema = { ...table, table: 'slow' };
    const output = new MemoryOutput();
    const pipeline = new Pipeline({
      connector: 'c',
      output,
      events: eventsTo(async (name) => {
        if (name === 'slow') await gate.promise;
        return output.topic(name);
      }),
      offsetsTopic: output.topic('offsets'),
      inFlightBytes: 1000,
    });
    pipeline.emit({ events: [rowOf('a', 1), rowOf('b', 2, other)], offsets: offsetAt(2), bytes: 2 });
    const last = pipeline.emit({ events: [rowOf('c', 3)], offsets: offsetAt(3), bytes: 1 });
    gate.resolve(undefined);
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await last.acknowledged;
    assert.deepEqual(output.committed[0]?.records, ['t:a', 'slow:b', 't:c']);
  });

  it('closes the gate at its bound and opens it when half is committed', async () => {
    const { pipeline, output } = open(undefined, 4);
    const first = pipeline.emit({ events: [rowOf('abcd', 1)], offsets: [], bytes: 4 });
    const second = pipeline.emit({ events: [], offsets: [], bytes: 0 });
    assert.ok(first.room !== undefined || second.room !== undefined);
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await (first.room ?? second.room);
    assert.equal(pipeline.emit({ events: [], offsets: [], bytes: 0 }).room, undefined);
    pipeline.close();
  });

  it('acknowledges nothing after a commit whose outcome is unknown, and says why it is over', async () => {
    const { pipeline, output } = open();
    const emitted = pipeline.emit({ events: [rowOf('a', 1)], offsets: offsetAt(1), bytes: 1 });
    await output.commitCalls(1);
    output.commits[0]?.reject(new Error('deadline'));
    await assert.rejects(emitted.acknowledged, /deadline/);
    assert.match((await pipeline.failed).message, /deadline/);
    await assert.rejects(pipeline.emit({ events: [], offsets: [], bytes: 0 }).acknowledged, /deadline/);
  });

  it('finishes by committing everything that was emitted', async () => {
    const { pipeline, output } = open();
    pipeline.emit({ events: [rowOf('a', 1)], offsets: offsetAt(1), bytes: 1 });
    const finished = pipeline.finish();
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await finished;
    assert.equal(output.committed.length, 1);
  });
});

describe('Pipeline with batches that belong together', () => {
  const part = (value: string, n: number, continues: boolean) => ({
    events: [rowOf(value, n)],
    offsets: continues ? [] : offsetAt(n),
    bytes: 1,
    continues,
  });

  it('puts them into one transaction, however the limits stand', async () => {
    const { pipeline, output } = open(undefined, 1000, { ...adaptiveBoundary, commitIn: () => 0 });
    pipeline.emit(part('a', 1, true));
    pipeline.commitNow();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    assert.equal(output.commits.length, 0);
    const last = pipeline.emit(part('b', 2, false));
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await last.acknowledged;
    assert.deepEqual(output.committed, [{ records: ['t:a', 't:b'], offsets: ['["c",{"server":"x"}]={"lsn":2}'] }]);
  });

  it('lets them outgrow the bytes in flight, and gives no room for more until their transaction is committed', async () => {
    const { pipeline, output } = open(undefined, 4);
    output.unacknowledgedBytes = 4;
    const { room } = pipeline.emit(part('abcd', 1, true));
    assert.ok(room !== undefined);
    output.unacknowledgedBytes = 0;
    await room;
    assert.equal(output.commits.length, 0);
    const last = pipeline.emit(part('e', 2, false));
    assert.ok(last.room !== undefined);
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await last.room;
    assert.equal(output.committed.length, 1);
  });

  it('gives them a transaction of their own, which can be dropped alone', async () => {
    const { pipeline, output } = open();
    pipeline.emit({ events: [rowOf('before', 1)], offsets: offsetAt(1), bytes: 1 });
    pipeline.emit(part('a', 2, true));
    pipeline.emit({ events: [], offsets: [], bytes: 0, transaction: 'abort' });
    pipeline.emit(part('a', 2, true));
    pipeline.emit(part('b', 3, false));
    const after = pipeline.emit({ events: [rowOf('after', 4)], offsets: offsetAt(4), bytes: 1 });
    for (let commit = 0; commit < 4; commit += 1) {
      await output.commitCalls(commit + 1);
      output.commits[commit]?.resolve(undefined);
    }
    await after.acknowledged;
    assert.deepEqual(
      output.committed.map(({ records }) => records),
      [['t:before'], [], ['t:a', 't:b'], ['t:after']],
    );
  });

  it('leaves those that lack their last one uncommitted when the task stops', async () => {
    const { pipeline, output } = open();
    const lacking = pipeline.emit(part('a', 1, true));
    await pipeline.finish();
    assert.equal(output.commits.length, 0);
    pipeline.close();
    await assert.rejects(lacking.acknowledged, /stopped/);
  });
});

describe('Pipeline with boundaries that the connector defines', () => {
  const batch = (value: string, n: number, transaction?: 'commit' | 'abort') => ({
    events: [rowOf(value, n)],
    offsets: offsetAt(n),
    bytes: 1,
    ...(transaction === undefined ? {} : { transaction }),
  });

  it('commits with the batch that says so, and what follows belongs to the next transaction', async () => {
    const { pipeline, output } = open(undefined, 1000, connectorBoundary);
    pipeline.emit(batch('a', 1));
    pipeline.emit(batch('b', 2, 'commit'));
    pipeline.emit(batch('c', 3));
    const last = pipeline.emit(batch('d', 4, 'commit'));
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await output.commitCalls(2);
    output.commits[1]?.resolve(undefined);
    await last.acknowledged;
    assert.deepEqual(
      output.committed.map(({ records }) => records),
      [
        ['t:a', 't:b'],
        ['t:c', 't:d'],
      ],
    );
  });

  it('drops the records of an aborted transaction and stores its offsets', async () => {
    const { pipeline, output } = open(undefined, 1000, connectorBoundary);
    pipeline.emit(batch('a', 1));
    const aborted = pipeline.emit(batch('b', 2, 'abort'));
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await aborted.acknowledged;
    assert.deepEqual(output.committed, [{ records: [], offsets: ['["c",{"server":"x"}]={"lsn":2}'] }]);
  });

  it('commits everything emitted so far when asked to, and nothing later', async () => {
    const { pipeline, output } = open(undefined, 1000, connectorBoundary);
    const first = pipeline.emit(batch('a', 1));
    pipeline.commitNow();
    pipeline.emit(batch('b', 2));
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await first.acknowledged;
    assert.deepEqual(output.committed[0]?.records, ['t:a']);
  });

  it('lets a transaction outgrow the bytes in flight: there is room as soon as Kafka has what was sent', async () => {
    const { pipeline, output } = open(undefined, 4, connectorBoundary);
    output.unacknowledgedBytes = 4;
    const { room } = pipeline.emit(batch('abcd', 1));
    assert.ok(room !== undefined);
    output.unacknowledgedBytes = 0;
    await room;
    assert.equal(output.commits.length, 0);
    pipeline.close();
  });

  it('leaves a transaction without an end uncommitted when the task stops: its changes are read again', async () => {
    const { pipeline, output } = open(undefined, 1000, connectorBoundary);
    const open_ = pipeline.emit(batch('a', 1));
    await pipeline.finish();
    assert.equal(output.commits.length, 0);
    pipeline.close();
    await assert.rejects(open_.acknowledged, /stopped/);
  });
});

describe('Pipeline with an interval', () => {
  it('commits when it is over, or when the task stops', async () => {
    const { pipeline, output } = open(undefined, 1000, intervalBoundary(3_600_000));
    pipeline.emit({ events: [rowOf('a', 1)], offsets: offsetAt(1), bytes: 1 });
    const second = pipeline.emit({ events: [rowOf('b', 2)], offsets: offsetAt(2), bytes: 1 });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(output.commits.length, 0);
    const finished = pipeline.finish();
    await output.commitCalls(1);
    output.commits[0]?.resolve(undefined);
    await Promise.all([finished, second.acknowledged]);
    assert.deepEqual(output.committed[0]?.records, ['t:a', 't:b']);
  });

  it('ends a transaction at the end of the interval although batches keep coming', () => {
    const state = { bytes: 1, quietMs: 0, lastCommitMs: 5, commitAsked: false };
    assert.equal(intervalBoundary(500).commitIn({ ...state, ageMs: 200 }), 300);
    assert.equal(intervalBoundary(500).commitIn({ ...state, ageMs: 501 }), 0);
  });
});
