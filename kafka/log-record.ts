/** A record as a log reader hands it out. Key, value and headers are views into the fetched bytes: copy what is kept for long. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
  /** Milliseconds since 1970; of the broker's writing where the topic says so (message.timestamp.type), else the producer's. */
  readonly timestampMs: bigint;
  readonly headers: readonly LogHeader[];
}

export interface LogHeader {
  readonly key: string;
  readonly value: Buffer | null;
}
