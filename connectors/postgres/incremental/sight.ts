import type { PostgresTransaction } from '../../change-event.ts';
import type { Lsn } from '../lsn.ts';
import { isVisible, parseVisibility } from '../snapshot/visibility.ts';

/** Of a transaction that the stream has brought. */
type Streamed = Pick<PostgresTransaction, 'xid' | 'commitLsn'>;

/** What a snapshot of the database shows of the transactions in the stream. */
export interface Sight {
  sees(transaction: Streamed): boolean;
}

/**
 * A snapshot of a primary, from the text of txid_current_snapshot(). A transaction can be in the log, and in the stream, before
 * snapshots see it: while its backend waits for a synchronous standby (algorithms, 8).
 */
export function primarySight(text: string): Sight {
  const visibility = parseVisibility(text);
  if (visibility === undefined) throw new RangeError(`'${text}' is no snapshot`);
  // The xid of the stream has 32 bits; those of snapshots have 64, and the nearest one is meant.
  return { sees: ({ xid }) => xid !== null && isVisible(xid, visibility) };
}

/**
 * A snapshot of a standby, whose list of running transactions is always empty: what ended before the position that was replayed
 * before the snapshot was taken is in it.
 */
export function standbySight(replayed: Lsn): Sight {
  // A position that was replayed is the end of a record, so a commit record that starts before it ends by it.
  return { sees: ({ commitLsn }) => commitLsn < replayed };
}
