import pg from 'pg';
import { z } from 'zod';
import type { SnapshotEpoch } from '../../snapshot/snapshot-records.ts';
import type { Session } from '../connection/session.ts';
import { parseLsn } from '../lsn.ts';

const heldRow = z.object({ name: z.string(), sees: z.string(), horizon: z.string() });

// On a standby the list of running transactions is always empty: which of those between the bounds are seen is not known.
// Everything that the snapshot sees was in the log before the snapshot was taken: the end of the log of now is behind all of it.
const HELD = `
SELECT pg_catalog.pg_export_snapshot() AS name,
       (CASE WHEN pg_catalog.pg_is_in_recovery()
             THEN concat(pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot()), ':', pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()), ':?')
             ELSE pg_catalog.txid_current_snapshot()::text END) AS sees,
       (CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
             ELSE pg_catalog.pg_current_wal_insert_lsn() END)::text AS horizon`;

/** What the server says of a snapshot whose holder is gone (procarray.c, snapmgr.c): a wrong name, or no transaction behind it. */
const GONE: readonly (string | undefined)[] = ['22023', '42704', '55000'];

/**
 * A transaction that sees one snapshot of the database and gives it a name, by which others can have the same one for as long as
 * this transaction lasts; an importer may export again (algorithms, parallel snapshot).
 */
export class SnapshotHolder {
  readonly session: Session;
  /** For `open` of another one. */
  readonly name: string;
  readonly epoch: Pick<SnapshotEpoch, 'sees' | 'horizon'>;
  #isLost = false;

  private constructor(session: Session, { name, sees, horizon }: z.infer<typeof heldRow>) {
    this.session = session;
    this.name = name;
    this.epoch = { sees, horizon: parseLsn(horizon) };
    session.ended.catch(() => (this.#isLost = true));
  }

  /**
   * Begins the transaction: with the snapshot of that name, or (null) with one of now. Undefined: nobody holds it any more. The
   * session is the holder's from now on, or closed.
   *
   * `sees`: what the snapshot of that name sees. A name is made of the backend's number and a counter (snapmgr.c, ExportSnapshot)
   * that begin anew with the server: after its restart somebody else's snapshot may have the name of one that is gone.
   */
  static async open(session: Session, name: string | null, sees?: string): Promise<SnapshotHolder | undefined> {
    try {
      await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      if (name !== null) await session.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(name)}`);
      const [held] = z.array(heldRow).parse(await session.query(HELD));
      if (held === undefined) throw new Error('the server answered the export of a snapshot with nothing');
      if (sees !== undefined && held.sees !== sees) {
        await session.close();
        return undefined;
      }
      return new SnapshotHolder(session, held);
    } catch (error) {
      await session.close();
      if (name !== null && error instanceof pg.DatabaseError && GONE.includes(error.code)) return undefined;
      throw error;
    }
  }

  /** The connection broke, and the snapshot with it. */
  get isLost(): boolean {
    return this.#isLost;
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
