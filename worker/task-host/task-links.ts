import type { OffsetCopy } from './copied-offsets.ts';
import type { FromHost } from './messages.ts';

/** How a task talks to its worker, through the host's channel. */
export interface TaskLinks {
  send(message: FromHost): void;
  /** Text of the stored offset value for a partition key, null when there is none. */
  readOffset(key: string, signal: AbortSignal): Promise<string | null>;
  /** Puts copies of offsets into the worker's topic; settles when they are there. */
  copyOffsets(records: readonly OffsetCopy[]): Promise<void>;
}
