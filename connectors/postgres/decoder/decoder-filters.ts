import type { RowChange } from '../../change-event.ts';

/** Operations that are left out although the server sends them; they are not counted either, as with Debezium. */
type SkippedOperations = ReadonlySet<RowChange['op']>;

/** Which logical messages become events, by their prefixes; the others count in their transaction all the same. */
export type MessageFilter = (prefix: string) => boolean;

/** What of the stream is left out. */
export interface DecoderFilters {
  readonly skipped: SkippedOperations;
  /** Default: none is wanted. */
  readonly messages?: MessageFilter;
  /** Whether begins and ends of transactions become events, and with them, to be counted, what was delivered before. */
  readonly transactions?: boolean;
}
