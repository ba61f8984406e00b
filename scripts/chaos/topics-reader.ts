import { rowOf, type RecordedRow } from '../demo/topic-reader.ts';
import { CommittedReader, type CommittedRecord } from './committed-reader.ts';

/** A row or a change with its place in its topic. */
export interface DeliveredRow extends RecordedRow {
  readonly partition: number;
  readonly offset: string;
  /** Of the record, milliseconds since 1970. */
  readonly timestamp: string;
}

/** What a read_committed reader finds in one topic. */
export interface TopicContents {
  readonly delivered: DeliveredRow[];
  /** The version of each key that came last. */
  readonly newest: Map<string, number>;
  /** Deletes that no tombstone follows, and tombstones that follow no delete. */
  strayTombstones: number;
}

/** Reads the topics of tables. */
export class TopicsReader {
  readonly #contents = new Map<string, TopicContents>();
  readonly #reader: CommittedReader;
  /** Keys that were deleted last and still wait for their tombstone. */
  readonly #deleted = new Set<string>();

  constructor(bootstrap: string, topics: readonly string[]) {
    for (const topic of topics) this.#contents.set(topic, { delivered: [], newest: new Map(), strayTombstones: 0 });
    this.#reader = new CommittedReader(bootstrap, topics, (record) => this.#take(record));
  }

  start(): Promise<void> {
    return this.#reader.start();
  }

  contents(topic: string): TopicContents {
    const found = this.#contents.get(topic);
    if (found === undefined) throw new Error(`${topic} is not read`);
    return found;
  }

  /** Settles with true when the condition holds, with false when nothing has arrived for so long. */
  until(holds: () => boolean, within: { silenceMs: number; signal: AbortSignal }): Promise<boolean> {
    return this.#reader.until(holds, within);
  }

  /** After the end: deletes whose tombstone never came count as stray too. */
  get missingTombstones(): number {
    return this.#deleted.size;
  }

  stop(): Promise<void> {
    return this.#reader.stop();
  }

  #take({ topic, key, value, partition, offset, timestamp }: CommittedRecord): void {
    const contents = this.contents(topic);
    const place = `${topic}/${key}`;
    const wasDeleted = this.#deleted.delete(place);
    if (wasDeleted !== (value === null)) contents.strayTombstones += 1;
    if (value === null) return;
    const row = rowOf(value);
    contents.delivered.push({ ...row, partition, offset, timestamp });
    contents.newest.set(row.key, row.version);
    if (row.op === 'd') this.#deleted.add(place);
  }
}
