import type { FromHost } from './messages.ts';

/** How a task talks to its worker, through the host's channel. */
export interface TaskLinks {
  send(message: FromHost): void;
  /** Text of the stored offset value for a partition key, null when there is none. */
  readOffset(key: string, signal: AbortSignal): Promise<string | null>;
}
