import type { ChangeEvent } from '../../connectors/change-event.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { Converters } from '../../formats/converters/converter-choice.ts';
import type { EncodedHeader, EncodedRecord } from '../../formats/encoded-record.ts';
import type { EventOutput } from './event-output.ts';
import type { OutputTopic } from './record-output.ts';

export interface StructuredOutputOptions<T extends OutputTopic> {
  readonly converters: Converters;
  openTopic(name: string): Promise<T>;
}

/** A record that has only to be appended. */
interface Finished {
  readonly topic: string;
  readonly encoded: EncodedRecord;
}

/** The way of records with fields: each goes through the converters of its headers, key and value, then to its topic. */
export class StructuredOutput<T extends OutputTopic> implements EventOutput {
  readonly #options: StructuredOutputOptions<T>;
  readonly #topics = new Map<string, T>();
  /** Converted before its topic had to be opened; comes first when the event comes again. */
  #finished: Finished | undefined;
  #ready: () => Promise<void> = () => Promise.resolve();

  constructor(options: StructuredOutputOptions<T>) {
    this.#options = options;
  }

  append(events: readonly ChangeEvent[], from: number): number {
    let done = from;
    for (; done < events.length; done += 1) {
      const event = events[done];
      if (event === undefined) break;
      if (event.kind !== 'record')
        throw new ConnectorError('INTERNAL', `no format was given to this task for events of kind ${event.kind}`);
      if (!this.#write(event.record)) break;
    }
    return done;
  }

  ready(): Promise<void> {
    return this.#ready();
  }

  #write(record: SourceRecord): boolean {
    const finished = (this.#finished ??= this.#convert(record));
    const topic = this.#topics.get(finished.topic);
    if (topic === undefined) {
      this.#ready = () => this.#openTopic(finished.topic);
      return false;
    }
    topic.append(finished.encoded);
    this.#finished = undefined;
    return true;
  }

  async #openTopic(name: string): Promise<void> {
    this.#topics.set(name, await this.#options.openTopic(name));
  }

  #convert(record: SourceRecord): Finished {
    const { topic, keySchema, valueSchema } = record;
    const { key, value, header } = this.#options.converters;
    const headers = record.headers.map((each): EncodedHeader => ({
      key: each.key,
      value: header.fromConnectHeader(topic, each.key, each.schema, each.value),
    }));
    const keyBytes = key.fromConnect(topic, keySchema, record.key);
    const valueBytes = value.fromConnect(topic, valueSchema, record.value);
    const keyEnd = keyBytes?.length ?? 0;
    return {
      topic,
      encoded: {
        bytes: Buffer.concat([keyBytes ?? NOTHING, valueBytes ?? NOTHING]),
        keyStart: keyBytes === null ? -1 : 0,
        keyEnd,
        valueStart: valueBytes === null ? -1 : keyEnd,
        valueEnd: keyEnd + (valueBytes?.length ?? 0),
        headers: headers.length === 0 ? NO_HEADERS : headers,
        timestampMs: record.timestampMs ?? undefined,
        partition: record.partition ?? undefined,
      },
    };
  }
}

const NOTHING = Buffer.alloc(0);
/** One array for all records without headers, so that the sender makes their bytes once. */
const NO_HEADERS: readonly EncodedHeader[] = [];
