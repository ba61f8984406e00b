import type { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from '../kafka/abortable.ts';
import type { Cluster } from '../kafka/cluster.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { LogReader, type LogRecord } from '../kafka/log-reader.ts';
import type { Sender } from '../kafka/sender/sender.ts';
import type { InternalTopic } from './internal-topic.ts';
import type { FlatObject } from './json-text.ts';
import { decodeOffsetValue, encodeOffsetKey, encodeOffsetValue, keyBeginsWith } from './offset-codec.ts';
import { OffsetTable } from './offset-table.ts';
import { setUpTopic } from './topic-setup.ts';

export interface OffsetStoreOptions {
  readonly cluster: Cluster;
  readonly topic: InternalTopic;
  /** The topic can no longer be read; no offset may be answered any more. */
  readonly onFailed: (error: ConnectorError) => void;
  readonly log: KafkaLog;
}

/** An offset and what it belongs to. */
export interface StoredOffset {
  readonly partition: FlatObject;
  /** Null: to be forgotten; read back: stored, but unreadable. */
  readonly offset: FlatObject | null;
}

/** Key and value as text, digit for digit. */
export type OnOffset = (key: string, value: string | null) => void;

/**
 * The offset topic as this worker reads it: the newest committed offset of every source partition. One per worker; tasks ask
 * it after they have fenced their predecessor.
 */
export class OffsetStore {
  readonly #options: OffsetStoreOptions;
  readonly #table = new OffsetTable();
  readonly #reader: LogReader;
  readonly #reading = Promise.withResolvers<undefined>();
  readonly #watchers = new Set<{ readonly prefix: string; readonly onOffset: OnOffset }>();
  #topicId: string | undefined;

  constructor(options: OffsetStoreOptions) {
    const { cluster, onFailed, log } = options;
    const topic = options.topic.name;
    this.#options = options;
    const onRecord = (record: LogRecord): void => this.#take(record);
    this.#reader = new LogReader({
      cluster,
      topic,
      isolation: 'read_committed',
      onRecord,
      onFailed,
      justCreated: true,
      log,
    });
  }

  /** Sets the topic up, after the check of its identity, and reads it to its end. */
  async start(signal: AbortSignal, check?: (topicId: string | undefined) => Promise<void>): Promise<void> {
    const { cluster, topic, log } = this.#options;
    this.#topicId = await setUpTopic(topic, { cluster, log, ...(check === undefined ? {} : { check }) }, signal);
    await this.#reader.start(signal);
    this.#reading.resolve(undefined);
    await this.#reader.readToEnd(signal);
  }

  /** Kafka's id of the topic; undefined before the start, and with brokers that know none. */
  get topicId(): string | undefined {
    return this.#topicId;
  }

  /**
   * Resolves once everything is known that was in the topic when it was called; waits for transactions that are open there.
   * A task's predecessor must have been fenced before.
   */
  async readToEnd(signal: AbortSignal): Promise<void> {
    // A task may ask while the worker still starts.
    await abortable(this.#reading.promise, signal);
    await this.#reader.readToEnd(signal);
  }

  /** Text of the offset under a key, itself as text (`["connector",{partition}]`), digit for digit as it was written. */
  get(key: string): string | undefined {
    return this.#table.get(key);
  }

  /**
   * Tells every offset of a connector whose key begins with the prefix (`offsetKeyPrefix`), and then each change of one, until
   * what it answers is called. Null: forgotten.
   */
  watch(connector: string, prefix: string, onOffset: OnOffset): () => void {
    for (const [key, value] of this.#table.beginningWith(connector, prefix)) onOffset(key, value);
    const watcher = { prefix, onOffset };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** All connectors that offsets are stored of, whether they still exist or not. */
  get connectors(): readonly string[] {
    return this.#table.connectors;
  }

  /** Every offset of a connector, oldest first. */
  all(connector: string): StoredOffset[] {
    return this.#table.all(connector).map(({ partition, value }) => ({ partition, offset: readable(value) }));
  }

  /**
   * Writes offsets (null forgets one) as one commit of the sender: with task 0's transactional id all of them or none, and
   * that task is fenced. Resolves once this store has read them.
   */
  async put(
    connector: string,
    { entries, sender }: { readonly entries: readonly StoredOffset[]; readonly sender: Sender },
    signal: AbortSignal,
  ): Promise<void> {
    const topic = await sender.topic(this.#options.topic.name, { signal });
    const records = entries.map(({ partition, offset }) => ({
      topic,
      key: encodeOffsetKey(connector, partition),
      value: encodeOffsetValue(offset),
    }));
    await sender.commit(records);
    await this.#reader.readToEnd(signal);
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  #take({ key, value, partition, offset }: LogRecord): void {
    const { topic, log } = this.#options;
    if (key === null || !this.#table.apply(key, value))
      log.warn(
        { topic: topic.name, partition, offset },
        'ignoring a record of the offset topic: its key names no offset',
      );
    else if (this.#watchers.size > 0) this.#tell(key.toString(), value);
  }

  #tell(key: string, value: Buffer | null): void {
    const text = value?.toString() ?? null;
    for (const { prefix, onOffset } of this.#watchers) if (keyBeginsWith(key, prefix)) onOffset(key, text);
  }
}

function readable(value: string): FlatObject | null {
  try {
    return decodeOffsetValue(Buffer.from(value));
  } catch {
    return null; // documented: it is there, and can be replaced or deleted
  }
}
