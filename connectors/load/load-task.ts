import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { SettingValues } from '../../settings/setting.ts';
import type { ChangeBatch, SourcePartition } from '../change-batch.ts';
import { Struct, type Schema } from '../connect-data.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import type { loadSettings } from './settings.ts';

/** A batch is at most so many records and bytes, however many are due. */
const BATCH_RECORDS = 1000;
const BATCH_BYTES = 1_048_576;
const RECORD_OVERHEAD = 200;

const KEY_SCHEMA: Schema = { type: 'int64', optional: false };
const INT64: Schema = { type: 'int64', optional: false };
const VALUE_SCHEMA: Schema = {
  type: 'struct',
  optional: false,
  name: 'millrace.load.Value',
  fields: [
    { name: 'task', schema: { type: 'int32', optional: false } },
    { name: 'seqno', schema: INT64 },
    { name: 'time_ms', schema: INT64 },
    { name: 'filler', schema: { type: 'string', optional: false } },
  ],
};

/** The key of a task's offset, as Kafka's VerifiableSourceTask has it. */
export function loadPartition(task: number): SourcePartition {
  return { id: task };
}

/** Makes numbered records at a rate. Numbers have no gap and no repetition over restarts, which makes losses and repeats visible. */
export class LoadTask implements SourceTask {
  readonly #context: TaskContext;
  readonly #values: SettingValues<typeof loadSettings>;
  readonly #filler: string;
  /** Number of the next record, from 0. */
  #seqno = 0n;
  #made = 0;
  #acknowledged: Promise<void> = Promise.resolve();

  constructor(context: TaskContext, values: SettingValues<typeof loadSettings>) {
    this.#context = context;
    this.#values = values;
    this.#filler = 'x'.repeat(values.valueBytes);
  }

  async run(): Promise<void> {
    const { signal, task } = this.#context;
    const stored = (await this.#context.readOffset(loadPartition(task)))?.['seqno'];
    if (typeof stored === 'number' || typeof stored === 'bigint') this.#seqno = BigInt(stored) + 1n;
    this.#context.started();
    const { throughput, intervalMs } = this.#values;
    const begin = performance.now();
    while (!signal.aborted) {
      const elapsedMs = performance.now() - begin + intervalMs;
      const due = throughput < 0 ? BATCH_RECORDS : Math.floor((elapsedMs * throughput) / 1000) - this.#made;
      await this.#make(Math.min(due, this.#left()));
      if (throughput >= 0 || this.#left() === 0)
        await delay(intervalMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
      else await new Promise(setImmediate);
    }
  }

  #left(): number {
    const { recordsMax } = this.#values;
    return recordsMax < 0 ? Infinity : Math.max(0, Number(BigInt(recordsMax) - this.#seqno));
  }

  async #make(count: number): Promise<void> {
    const perBatch = Math.min(BATCH_RECORDS, Math.ceil(BATCH_BYTES / (this.#values.valueBytes + RECORD_OVERHEAD)));
    for (let left = count; left > 0 && !this.#context.signal.aborted;) {
      const size = Math.min(left, perBatch, this.#untilFailure());
      if (size > 0) {
        const { room, acknowledged } = this.#context.emit(this.#batch(size));
        this.#acknowledged = acknowledged;
        await room;
      }
      if (this.#untilFailure() === 0) await this.#fail();
      left -= size;
    }
  }

  #batch(count: number): ChangeBatch {
    const { topic, keys } = this.#values;
    const { task } = this.#context;
    const timeMs = Date.now();
    const events = Array.from({ length: count }, () => {
      const seqno = this.#seqno;
      this.#seqno += 1n;
      const record = {
        topic,
        partition: null,
        keySchema: KEY_SCHEMA,
        key: BigInt(task) * BigInt(keys) + (seqno % BigInt(keys)),
        valueSchema: VALUE_SCHEMA,
        value: new Struct(VALUE_SCHEMA, [task, seqno, BigInt(timeMs), this.#filler]),
        timestampMs: timeMs,
        headers: [],
      };
      return { kind: 'record', record } as const;
    });
    this.#made += count;
    return {
      events,
      offsets: [{ partition: loadPartition(task), offset: { seqno: this.#seqno - 1n } }],
      bytes: count * (this.#filler.length + RECORD_OVERHEAD),
    };
  }

  /** How many records there are to go before it goes wrong. */
  #untilFailure(): number {
    const { failureKind, failureAfter, failureTask } = this.#values;
    if (failureKind === 'none' || (failureTask >= 0 && failureTask !== this.#context.task)) return Infinity;
    return Math.max(0, failureAfter - this.#made);
  }

  /**
   * What was made before is in Kafka by then, so that a task that fails again and again gets on. Not so with a crash, which is
   * to happen amid a transaction.
   */
  async #fail(): Promise<void> {
    if (this.#values.failureKind !== 'crash') {
      this.#context.commitNow();
      await this.#acknowledged;
    }
    const text = `failure.kind=${this.#values.failureKind} after ${this.#made} records`;
    switch (this.#values.failureKind) {
      case 'retriable':
        throw new ConnectorError('LOAD_FAILURE', text);
      case 'fatal':
        throw new ConnectorError('LOAD_FAILURE_FATAL', text);
      case 'crash':
        process.kill(process.pid, 'SIGKILL');
        break;
      case 'hang':
        await new Promise(() => undefined);
        break;
      case 'none':
    }
  }
}
