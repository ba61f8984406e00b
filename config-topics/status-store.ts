import type { ConnectorError } from '../errors/connector-error.ts';
import type { Cluster } from '../kafka/cluster.ts';
import { kafkaErrorText } from '../kafka/error-class.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import { LogReader, type LogRecord } from '../kafka/log-reader.ts';
import type { InternalTopic } from './internal-topic.ts';
import { Outbox } from './outbox.ts';
import { PlainWriter } from './plain-writer.ts';
import { foreignRecord, type ForeignRecord } from './record-writer.ts';
import { statusKey, statusRecord, type Status, type StatusId } from './records/status-record.ts';
import { topicStatusKey, topicStatusRecord, type TopicStatus } from './records/topic-status-record.ts';
import { mayReplace } from './status-rules.ts';
import { StatusTable, type StatusChange } from './status-table.ts';
import { setUpTopic } from './topic-setup.ts';

export interface StatusStoreOptions {
  readonly cluster: Cluster;
  readonly topic: InternalTopic;
  readonly groupId: string;
  /** Told after the start-up, once the table has the change. Must not throw. */
  readonly onChange?: (change: StatusChange) => void;
  /** Somebody else has written a record since this store was started. Must not throw. */
  readonly onForeign?: (record: ForeignRecord) => void;
  /** The topic can no longer be read. */
  readonly onFailed: (error: ConnectorError) => void;
  readonly log: KafkaLog;
}

// With the other members far below what a broker takes by default (message.max.bytes, 1 MiB), also in four-byte characters.
const MAX_TRACE = 100_000;

/**
 * The status topic: what all workers say about connectors and tasks, and what this one says. Writes go out in the background,
 * the newest per connector and task, for as long as it takes; reads answer from what was read back.
 */
export class StatusStore {
  readonly #options: StatusStoreOptions;
  readonly #table = new StatusTable();
  readonly #reader: LogReader;
  readonly #writer: PlainWriter;
  readonly #outbox: Outbox;
  #started = false;

  constructor(options: StatusStoreOptions) {
    const { cluster, groupId, onFailed, log } = options;
    const topic = options.topic.name;
    this.#options = options;
    const onRecord = (record: LogRecord): void => this.#take(record);
    this.#reader = new LogReader({
      cluster,
      topic,
      isolation: 'read_uncommitted',
      onRecord,
      onFailed,
      justCreated: true,
      log,
    });
    this.#writer = new PlainWriter({ cluster, topic, groupId });
    this.#outbox = new Outbox({
      write: (records, signal) => this.#writer.write(records, signal),
      onFailure: (error, failures) =>
        log.warn({ topic, failures, error: kafkaErrorText(error) }, 'statuses could not be written; trying again'),
    });
  }

  /** Sets the topic up and reads it to its end. */
  async start(signal: AbortSignal): Promise<void> {
    const { cluster, topic, log } = this.#options;
    await setUpTopic(topic, { cluster, log }, signal);
    await this.#reader.start(signal);
    await this.#reader.readToEnd(signal);
    this.#started = true;
  }

  readToEnd(signal: AbortSignal): Promise<void> {
    return this.#reader.readToEnd(signal);
  }

  connector(connector: string): Status | undefined {
    return this.#table.get({ connector });
  }

  task(connector: string, task: number): Status | undefined {
    return this.#table.get({ connector, task });
  }

  /** Numbers of the tasks that have a status, ascending. */
  tasks(connector: string): readonly number[] {
    return this.#table.tasks(connector);
  }

  /** Names of everything that has a status, also of what is no longer configured. */
  connectors(): readonly string[] {
    return this.#table.connectors();
  }

  /** Names of connectors that have written to a topic, also of those that are no longer configured. */
  connectorsWithTopics(): readonly string[] {
    return this.#table.connectorsWithTopics();
  }

  /** The topics that a connector has written to since its last reset. */
  topics(connector: string): readonly TopicStatus[] {
    return this.#table.topics(connector);
  }

  /** Writes a status; only a repetition gives way to what others have written meanwhile. */
  put(id: StatusId, status: Status): void {
    this.#add(id, status, (tries) => tries === 0);
  }

  /** Writes a status unless that would hide a newer one (see mayReplace), also when it is tried again. */
  putSafe(id: StatusId, status: Status): void {
    this.#add(id, status, () => false);
  }

  putTopic(status: TopicStatus): void {
    const record = topicStatusRecord(status);
    this.#outbox.add(record.key, () => record);
  }

  /** Removes the statuses of a connector and of its tasks. */
  deleteConnector(connector: string): void {
    for (const task of this.#table.tasks(connector)) this.#remove(statusKey({ connector, task }));
    this.#remove(statusKey({ connector }));
  }

  deleteTask(connector: string, task: number): void {
    this.#remove(statusKey({ connector, task }));
  }

  /** Forgets the topics of a connector. */
  deleteTopics(connector: string): void {
    for (const { topic } of this.#table.topics(connector)) this.#remove(topicStatusKey(topic, connector));
  }

  /** Resolves once every status given so far is written or overtaken; before work is handed over. */
  flush(signal: AbortSignal): Promise<void> {
    return this.#outbox.flush(signal);
  }

  /** Drops what has not been written; `flush` first. */
  async close(): Promise<void> {
    await Promise.all([this.#outbox.close(), this.#writer.close(), this.#reader.close()]);
  }

  #add(id: StatusId, status: Status, unconditional: (tries: number) => boolean): void {
    const trace = status.trace === null ? null : status.trace.slice(0, MAX_TRACE);
    const record = statusRecord(id, { ...status, trace });
    this.#outbox.add(record.key, (tries) =>
      unconditional(tries) || mayReplace(this.#table.get(id), status) ? record : undefined,
    );
  }

  #remove(key: string): void {
    this.#outbox.add(key, () => ({ key, value: null }));
  }

  #take(record: LogRecord): void {
    const { key, value, partition, offset } = record;
    const { groupId } = this.#options;
    const foreign = this.#started ? foreignRecord(record, { topic: this.#options.topic.name, groupId }) : undefined;
    if (foreign !== undefined) this.#options.onForeign?.(foreign);
    const name = key?.toString() ?? '';
    const change = this.#table.apply(name, value);
    if (typeof change === 'string') {
      const { topic, log } = this.#options;
      const place = { topic: topic.name, partition, offset, key: name };
      log.warn({ ...place, reason: change }, 'ignoring a record of the status topic');
    } else if (change !== undefined && this.#started) this.#options.onChange?.(change);
  }
}
