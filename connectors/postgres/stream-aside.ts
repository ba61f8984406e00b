import type { ChangeBatch } from '../change-batch.ts';
import type { LogEvent } from '../change-event.ts';
import type { Lsn } from './lsn.ts';

/** What goes along with the changes of a stream, at exact places between them. All calls are synchronous. */
export interface StreamAside {
  /** Changes as they are decoded, before anything of them is handed over. */
  decoded(events: readonly LogEvent[]): void;
  /** Changes that are handed over now, with a position that covers them. */
  handedOver(events: readonly LogEvent[]): void;
  /** Whether something is to be handed over at this place, be there changes or not. */
  isDue(done: Lsn): boolean;
  /** What is to be handed over behind the changes up to here, in their transaction; undefined: nothing. */
  take(done: Lsn): Pick<ChangeBatch, 'events' | 'offsets' | 'bytes'> | undefined;
}
