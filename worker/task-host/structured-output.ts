import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeEvent, TableEvent } from '../../connectors/change-event.ts';
import type { SourceRecord } from '../../connectors/source-record.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { Converters } from '../../formats/converters/converter-choice.ts';
import type { EncodedHeader, EncodedRecord } from '../../formats/encoded-record.ts';
import type { RecordFormat } from '../../formats/format.ts';
import { TransformFailure } from '../../transforms/transform-failure.ts';
import type { Transform } from '../../transforms/transform.ts';
import type { EventOutput } from './event-output.ts';
import { eventText, recordText } from './record-text.ts';
import { StageFailure, type ErrorFigures, type RecordErrors, type Stage } from './record-errors.ts';
import type { OutputTopic } from './record-output.ts';
import { openTableTopics } from './table-topics.ts';
import { hasNoForm } from './value-without-form.ts';

export interface StructuredOutputOptions<T extends OutputTopic> {
  readonly converters: Converters;
  readonly errors: RecordErrors;
  readonly openTopic: (name: string) => Promise<T>;
  /** Makes records of row changes; undefined: there are finished records only. */
  readonly format?: RecordFormat | undefined;
  /** The connector's transforms as one. */
  readonly chain?: Transform | undefined;
  /** Ends the wait before a failed record is tried again. */
  readonly signal: AbortSignal;
}

/** A record that has only to be appended. */
interface Finished {
  readonly topic: string;
  readonly encoded: EncodedRecord;
}

/**
 * The way of records with fields: each goes through the transforms, then through the converters of its headers, key and value,
 * then to its topic. No record of an event is written twice, however often the event has to come again.
 */
export class StructuredOutput<T extends OutputTopic> implements EventOutput {
  readonly #options: StructuredOutputOptions<T>;
  readonly #topics = new Map<string, T>();
  /** What is left of the event at which the last `append` stopped. */
  #left: SourceRecord[] | undefined;
  /** Converted before its topic had to be opened: the first of those that are left. */
  #finished: Finished | undefined;
  #ready: () => Promise<void> = () => Promise.resolve();

  constructor(options: StructuredOutputOptions<T>) {
    this.#options = options;
  }

  get errors(): ErrorFigures {
    return this.#options.errors.figures;
  }

  append(events: readonly ChangeEvent[], from: number): number {
    let done = from;
    for (; done < events.length; done += 1) {
      const event = events[done];
      if (event === undefined) break;
      if (event.kind === 'table') {
        if (!this.#hasTopic(events, done)) return done;
        continue;
      }
      const left = (this.#left ??= this.#recordsOf(event));
      for (let record = left[0]; record !== undefined; record = left[0]) {
        if (!this.#write(record)) return done;
        left.shift();
      }
      this.#left = undefined;
    }
    return done;
  }

  ready(): Promise<void> {
    return this.#ready();
  }

  /** False when it has to be opened first. Which topics transforms choose, only records tell. */
  #hasTopic(events: readonly ChangeEvent[], at: number): boolean {
    const { format, chain, openTopic } = this.#options;
    if (format === undefined || chain !== undefined) return true;
    const opening = openTableTopics(events, at, { format, open: this.#topics, openTopic });
    if (opening !== undefined) this.#ready = opening;
    return opening === undefined;
  }

  #recordsOf(event: Exclude<ChangeEvent, TableEvent>): SourceRecord[] {
    if (event.kind === 'record') return [event.record];
    const { format, errors } = this.#options;
    if (format === undefined)
      throw new ConnectorError('INTERNAL', `no format was given to this task for events of kind ${event.kind}`);
    try {
      return format.records(event);
    } catch (error) {
      // As in the direct way: without tolerance the failure itself ends the task.
      if (!errors.tolerates || !hasNoForm(error)) throw error;
      errors.judge(new StageFailure('VALUE_CONVERTER', this.#options.converters.classNames.value, error), () =>
        eventText(event),
      );
      return [];
    }
  }

  /** False when something must be waited for first. */
  #write(record: SourceRecord): boolean {
    const finished = this.#finished ?? this.#finish(record);
    if (finished === 'dropped') return true;
    if (finished === 'later') return false;
    const topic = this.#topics.get(finished.topic);
    if (topic === undefined) {
      this.#finished = finished;
      this.#ready = () => this.#openTopic(finished.topic);
      return false;
    }
    this.#finished = undefined;
    topic.append(finished.encoded);
    return true;
  }

  async #openTopic(name: string): Promise<void> {
    this.#topics.set(name, await this.#options.openTopic(name));
  }

  /** Dropped: by a transform, or skipped after a failure. Later: after a pause. */
  #finish(record: SourceRecord): Finished | 'dropped' | 'later' {
    const { errors, chain, signal } = this.#options;
    try {
      const transformed =
        chain === undefined ? record : atStage('TRANSFORMATION', TRANSFORMATION_CLASS, () => chain.apply(record));
      const finished = transformed === null ? 'dropped' : this.#convert(transformed);
      errors.passed();
      return finished;
    } catch (error) {
      if (!(error instanceof StageFailure)) throw error;
      const verdict = errors.judge(error, () => recordText(record));
      if (verdict.kind === 'skipped') return 'dropped';
      this.#ready = () => delay(verdict.afterMs, undefined, { signal });
      return 'later';
    }
  }

  #convert(record: SourceRecord): Finished {
    const { topic, keySchema, valueSchema } = record;
    const { key, value, header, classNames } = this.#options.converters;
    const headers = atStage('HEADER_CONVERTER', classNames.header, () =>
      record.headers.map((each): EncodedHeader => ({
        key: each.key,
        value: header.fromConnectHeader(topic, each.key, each.schema, each.value),
      })),
    );
    const keyBytes = atStage('KEY_CONVERTER', classNames.key, () => key.fromConnect(topic, keySchema, record.key));
    const valueBytes = atStage('VALUE_CONVERTER', classNames.value, () =>
      value.fromConnect(topic, valueSchema, record.value),
    );
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

/** Named for a chain that does not say which of its transforms failed. */
const TRANSFORMATION_CLASS = 'org.apache.kafka.connect.transforms.Transformation';
const NOTHING = Buffer.alloc(0);
/** One array for all records without headers, so that the sender makes their bytes once. */
const NO_HEADERS: readonly EncodedHeader[] = [];

/** Says of a failure where it happened. */
function atStage<R>(stage: Stage, className: string, operation: () => R): R {
  try {
    return operation();
  } catch (error) {
    throw new StageFailure(stage, error instanceof TransformFailure ? error.className : className, error);
  }
}
