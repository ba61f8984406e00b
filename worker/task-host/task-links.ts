import type { OnOffset } from '../../config-topics/offset-store.ts';
import type { OffsetCopy } from './copied-offsets.ts';
import type { FromHost } from './messages.ts';

/** How a task talks to its worker, through the host's channel. */
export interface TaskLinks {
  send(message: FromHost): void;
  /** Text of the stored offset value for a partition key, null when there is none. */
  readOffset(key: string, signal: AbortSignal): Promise<string | null>;
  /** Tells every stored offset under the keys with this prefix, then each change, for as long as the task lives; settles when all of now were told. */
  watchOffsets(prefix: string, onOffset: OnOffset, signal: AbortSignal): Promise<void>;
  /** Puts copies of offsets into the worker's topic; settles when they are there. */
  copyOffsets(records: readonly OffsetCopy[]): Promise<void>;
}
