import type { ChangeEvent, DeliveredEvent, RowChange } from '../../connectors/change-event.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { nowhere } from '../../formats/encoded-record.ts';
import type { Format, TableEncoder } from '../../formats/format.ts';
import { TableCache } from '../../formats/table-cache.ts';
import { StageFailure, type ErrorFigures, type RecordErrors } from './record-errors.ts';
import { eventText } from './record-text.ts';
import { hasNoForm } from './value-without-form.ts';
import type { EventOutput } from './event-output.ts';
import type { OutputTopic } from './record-output.ts';
import { openTableTopics } from './table-topics.ts';

const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter';

interface Encoding<T> {
  readonly encoder: TableEncoder;
  readonly topic: T;
}

export interface EncodedOutputOptions<T extends OutputTopic> {
  readonly format: Format;
  readonly openTopic: (name: string) => Promise<T>;
  /** For finished records. */
  readonly structured: EventOutput;
  /** Shared with `structured`. */
  readonly failures: RecordErrors;
}

/** The direct way: from the row's bytes to the record's bytes by a compiled encoder, without an object in between. */
export class EncodedOutput<T extends OutputTopic> implements EventOutput {
  readonly #options: EncodedOutputOptions<T>;
  readonly #tables = new TableCache<Encoding<T>>();
  /** By name: of events that are no changes of rows. */
  readonly #side = new Map<string, T>();
  /** Where the last #encode ended, also when it threw. */
  #at = 0;
  #ready: () => Promise<void> = () => Promise.resolve();

  constructor(options: EncodedOutputOptions<T>) {
    this.#options = options;
  }

  get errors(): ErrorFigures {
    return this.#options.failures.figures;
  }

  append(events: readonly ChangeEvent[], from: number): number {
    for (let next = from; ;)
      try {
        return this.#encode(events, next);
      } catch (error) {
        next = this.#skip(events, error);
      }
  }

  /** Where to go on behind a change that has no form, where such changes are tolerated. */
  #skip(events: readonly ChangeEvent[], error: unknown): number {
    const { failures } = this.#options;
    const event = events[this.#at];
    // Anything else, the end of the sender for instance, has nothing to do with this one change.
    if (event === undefined || !failures.tolerates || !hasNoForm(error)) throw error;
    failures.judge(new StageFailure('VALUE_CONVERTER', JSON_CONVERTER, error), () => eventText(event));
    return this.#at + 1;
  }

  #encode(events: readonly ChangeEvent[], from: number): number {
    let done = from;
    let table: TableSchema | undefined;
    let encoding: Encoding<T> | undefined;
    try {
      for (; done < events.length; done += 1) {
        const event = events[done];
        if (event === undefined) break;
        if (event.kind === 'row') {
          // Changes of one table come in runs: the look-up is saved for all but the first of a run.
          if (event.table !== table) {
            table = event.table;
            encoding = this.#tables.get(table);
          }
          if (encoding === undefined) {
            this.#ready = () => this.#openTable(event);
            return done;
          }
          encoding.encoder.encode(event, encoding.topic);
        } else if (event.kind === 'record') {
          if (this.#options.structured.append([event], 0) === 0) {
            this.#ready = () => this.#options.structured.ready();
            return done;
          }
        } else if (event.kind === 'delivered') {
          if (!this.#count(event)) return done;
        } else if (event.kind === 'table') {
          if (!this.#hasTopic(events, done)) return done;
        } else {
          const topic = this.#sideTopic(this.#options.format.sideTopic(event));
          if (topic === undefined) return done;
          this.#options.format.encodeSide(event, topic);
        }
      }
      return done;
    } finally {
      this.#at = done;
    }
  }

  /** False when the encoder has to be compiled first. */
  #count({ event }: DeliveredEvent): boolean {
    if (event.kind === 'message') {
      this.#options.format.encodeSide(event, nowhere);
      return true;
    }
    const encoding = this.#tables.get(event.table);
    encoding?.encoder.encode(event, nowhere);
    this.#ready = () => this.#openTable(event);
    return encoding !== undefined;
  }

  ready(): Promise<void> {
    return this.#ready();
  }

  async #openTable(change: RowChange): Promise<void> {
    const encoder = this.#options.format.compile(change.table);
    const topic = await this.#options.openTopic(encoder.topic);
    this.#tables.set(change.table, { encoder, topic });
  }

  /** False when that of the table has to be opened first. */
  #hasTopic(events: readonly ChangeEvent[], at: number): boolean {
    const { format, openTopic } = this.#options;
    const opening = openTableTopics(events, at, { format, open: this.#side, openTopic });
    if (opening !== undefined) this.#ready = opening;
    return opening === undefined;
  }

  /** Undefined: it has to be opened first. */
  #sideTopic(name: string): T | undefined {
    const topic = this.#side.get(name);
    if (topic === undefined) this.#ready = async () => void this.#side.set(name, await this.#options.openTopic(name));
    return topic;
  }
}
