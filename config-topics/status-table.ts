import { parseJsonBytes } from './json-text.ts';
import { decodeStatus, statusIdOfKey, type Status, type StatusId } from './records/status-record.ts';
import { decodeTopicStatus, topicStatusOfKey, type TopicStatus } from './records/topic-status-record.ts';
import { isStale } from './status-rules.ts';

/** A status as it changed; null: removed. */
export interface StatusChange {
  readonly id: StatusId;
  readonly status: Status | null;
}

interface ConnectorStatuses {
  connector: Status | undefined;
  readonly tasks: Map<number, Status>;
}

/** The fold of the status topic: the newest status per connector and task, and the topics that connectors write to. */
export class StatusTable {
  readonly #connectors = new Map<string, ConnectorStatuses>();
  readonly #topics = new Map<string, Map<string, TopicStatus>>();

  /** Takes a record in; `undefined` when it changed no status, a text when it is to be ignored and why. */
  apply(key: string, value: Buffer | null): StatusChange | string | undefined {
    const id = statusIdOfKey(key);
    if (id !== undefined) return this.#applyStatus(id, value);
    const topic = topicStatusOfKey(key);
    return topic === undefined ? 'the key is unknown' : this.#applyTopic(topic, value);
  }

  get({ connector, task }: StatusId): Status | undefined {
    const found = this.#connectors.get(connector);
    return task === undefined ? found?.connector : found?.tasks.get(task);
  }

  /** Names of connectors with a status of their own or of a task. */
  connectors(): string[] {
    return [...this.#connectors.keys()];
  }

  /** Numbers of the tasks that have a status, ascending. */
  tasks(connector: string): number[] {
    return [...(this.#connectors.get(connector)?.tasks.keys() ?? [])].sort((a, b) => a - b);
  }

  /** Names of connectors that have written to a topic. */
  connectorsWithTopics(): string[] {
    return [...this.#topics.keys()];
  }

  topics(connector: string): readonly TopicStatus[] {
    return [...(this.#topics.get(connector)?.values() ?? [])];
  }

  #applyStatus(id: StatusId, value: Buffer | null): StatusChange | string | undefined {
    if (value === null) return this.#remove(id) ? { id, status: null } : undefined;
    const status = decodeStatus(parseJsonBytes(value));
    if (status === undefined) return 'it is no status';
    if (isStale(this.get(id), status)) return undefined;
    const found = this.#connectors.get(id.connector) ?? { connector: undefined, tasks: new Map<number, Status>() };
    if (id.task === undefined) found.connector = status;
    else found.tasks.set(id.task, status);
    this.#connectors.set(id.connector, found);
    return { id, status };
  }

  /**
   * Only this one: the tasks of a connector lie in other partitions, and a tombstone of its former life may be read after
   * their newest statuses.
   */
  #remove({ connector, task }: StatusId): boolean {
    const found = this.#connectors.get(connector);
    if (found === undefined) return false;
    const known = task === undefined ? found.connector !== undefined : found.tasks.has(task);
    if (task === undefined) found.connector = undefined;
    else found.tasks.delete(task);
    if (found.connector === undefined && found.tasks.size === 0) this.#connectors.delete(connector);
    return known;
  }

  #applyTopic({ topic, connector }: { topic: string; connector: string }, value: Buffer | null): string | undefined {
    const topics = this.#topics.get(connector) ?? new Map<string, TopicStatus>();
    if (value === null) topics.delete(topic);
    else {
      const status = decodeTopicStatus(parseJsonBytes(value));
      if (status === undefined) return 'it is no status of a topic';
      topics.set(topic, status);
    }
    if (topics.size === 0) this.#topics.delete(connector);
    else this.#topics.set(connector, topics);
    return undefined;
  }
}
