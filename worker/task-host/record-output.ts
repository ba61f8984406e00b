import type { RecordSink } from '../../formats/encoded-record.ts';

/** One topic that records can be appended to; the sender's topics are such. */
export interface OutputTopic extends RecordSink {
  readonly name: string;
}

/** An offset record for the offsets topic. */
export interface OffsetRecord<T extends OutputTopic = OutputTopic> {
  readonly topic: T;
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** What the pipeline needs of a sender; kafka/sender's Sender is one. */
export interface RecordOutput<T extends OutputTopic = OutputTopic> {
  /** Bytes appended whose commit is not over. */
  readonly pendingBytes: number;
  /** Those of them that Kafka has not acknowledged. */
  readonly unacknowledgedBytes: number;
  /** `before`: what has to be done before Kafka gets the offsets. */
  commit(offsets: readonly OffsetRecord<T>[], before?: () => Promise<void>): Promise<void>;
  /** Drops the records since the last commit and commits the offsets alone. */
  abort(offsets: readonly OffsetRecord<T>[], before?: () => Promise<void>): Promise<void>;
}
