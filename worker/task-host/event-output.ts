import type { ChangeEvent } from '../../connectors/change-event.ts';
import type { ErrorFigures } from './record-errors.ts';

/**
 * Turns events into records and appends them to their topics, in order. It may have to stop before an event until something
 * else is done (a topic opened, a time waited); the same event then comes again.
 */
export interface EventOutput {
  /** Appends the records of `events` from index `from` on; the index of the event where it had to stop, or their number. */
  append(events: readonly ChangeEvent[], from: number): number;
  /** What the last `append` stopped for. */
  ready(): Promise<void>;
  /** Records that failed, since the output was opened. */
  readonly errors: ErrorFigures;
}
