import pg from 'pg';
import { z } from 'zod';
import type { TaskLog } from '../../source-connector.ts';
import type { Session } from '../connection/session.ts';
import { formatLsn, parseLsn, type Lsn } from '../lsn.ts';
import { errorText } from '../pg-errors.ts';
import { HEARTBEAT_TABLE, prepareHeartbeatTable } from './heartbeat-table.ts';

/** Where a heartbeat is written on the source: nowhere, into its log alone, or into a table. */
export type HeartbeatPlace = 'none' | 'message' | 'table';

export interface HeartbeatWriterParts {
  /** For queries. */
  readonly session: Session;
  readonly place: Exclude<HeartbeatPlace, 'none'>;
  readonly intervalMs: number;
  readonly slotName: string;
  /** To which the table is to belong; null: nothing to do, since it does or nobody may change it. */
  readonly publication: string | null;
  readonly received: () => Lsn;
  readonly durable: () => Lsn;
  /** A heartbeat lies in the log right behind this position; `atMs`: performance.now() before it was written. */
  readonly onWritten: (lsn: Lsn, atMs: number) => void;
  readonly log: TaskLog;
}

/** Prefix of the messages by which this connector speaks to itself: they are never delivered. */
export const HEARTBEAT_PREFIX = 'millrace.heartbeat';

// Transactional, so that the stream shows it as a transaction: its end is a position like any other.
const MESSAGE = `SELECT pg_catalog.pg_logical_emit_message(true, '${HEARTBEAT_PREFIX}', $1)::text AS lsn`;

// One row for each slot, with the columns that DTS gives this table.
const ROW = `
INSERT INTO ${HEARTBEAT_TABLE} AS h (slot_name, revice_time, revice_lsn, flushed_lsn, update_time, dts_service_time)
VALUES ($1, $2::bigint, $3, $4, pg_catalog.clock_timestamp(), $2::bigint)
ON CONFLICT (slot_name) DO UPDATE SET revice_time = EXCLUDED.revice_time, revice_lsn = EXCLUDED.revice_lsn,
  flushed_lsn = EXCLUDED.flushed_lsn, update_time = EXCLUDED.update_time, dts_service_time = EXCLUDED.dts_service_time
RETURNING pg_catalog.pg_current_wal_insert_lsn()::text AS lsn`;

const written = z.object({ lsn: z.string() });

/**
 * Writes a small change to the source at intervals, which comes back over the slot: an idle database then has something whose
 * way can be timed, and a slot that keeps moving on servers where nothing else would move it.
 */
export class HeartbeatWriter {
  readonly #parts: HeartbeatWriterParts;
  #timer: NodeJS.Timeout | undefined;
  #writing = false;
  #closed = false;

  constructor(parts: HeartbeatWriterParts) {
    this.#parts = parts;
    this.#start().catch((error: unknown) => this.#failed(error));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #start(): Promise<void> {
    const { session, place, publication, intervalMs } = this.#parts;
    if (place === 'table') await prepareHeartbeatTable(session, publication);
    if (this.#closed) return;
    this.#timer = setInterval(() => this.#beat(), intervalMs);
    this.#beat();
  }

  #beat(): void {
    if (this.#writing) return;
    this.#writing = true;
    this.#write()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => (this.#writing = false));
  }

  async #write(): Promise<void> {
    const { session, place, slotName, received, durable, onWritten } = this.#parts;
    const atMs = performance.now();
    const rows =
      place === 'message'
        ? await session.query(MESSAGE, [slotName])
        : await session.query(ROW, [slotName, Date.now(), formatLsn(received()), formatLsn(durable())]);
    const [beat] = z.array(written).parse(rows);
    if (beat !== undefined && !this.#closed) onWritten(parseLsn(beat.lsn), atMs);
  }

  /** Changes are read all the same; a session that is lost is noticed by those who need it. */
  #failed(error: unknown): void {
    if (this.#closed) return;
    const hint =
      error instanceof pg.DatabaseError && error.code === '42501'
        ? `. Let the owner create ${HEARTBEAT_TABLE} and grant SELECT, INSERT and UPDATE on it (docs/postgres.md)`
        : '';
    this.#parts.log.warn({ error: `${errorText(error)}${hint}` }, 'millrace.heartbeat.write: no heartbeat was written');
  }
}
