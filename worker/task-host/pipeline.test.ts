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
  heartbeatTopic: 'heartbeat',
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
  encodeHeartbeat: () => undefined,
};

/** Our own port, in memory: keeps what each commit held and lets the test decide when a commit ends. */
class MemoryOutput implements RecordOutput {
  readonly committed: { records: string[]; offsets: string[] }[] = [];
  readonly commits: PromiseWithResolvers<undefined>[] = [];
  readonly called: PromiseWithResolvers<undefined>[] = [Promise.withResolvers<undefined>()];
  pendingBytes = 0;
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

  async commit(offsets: readonly OffsetRecord[]): Promise<void> {
    const records = this.#records;
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
): { pipeline: Pipeline<OutputTopic>; output: MemoryOutput } {
  const output = new MemoryOutput();
  const pipeline = new Pipeline({
    connector: 'c',
    output,
    events: eventsTo(openTopic ?? ((name) => Promise.resolve(output.topic(name)))),
    offsetsTopic: output.topic('offsets'),
    inFlightBytes,
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
