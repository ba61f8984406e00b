import pg from 'pg';
import type { LogEvent, RowChange } from '../../change-event.ts';
import { fieldText } from '../../row-image.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import { pause } from '../pause.ts';
import { errorText } from '../pg-errors.ts';
import { isVisible } from '../snapshot/visibility.ts';
import { completed } from './completed-row.ts';
import { askedTogether, lackingRow, lackingRows, type LackingRow } from './lacking-rows.ts';
import { rereadAnswer, rereadQuery, type RereadAnswer, type TableVersion } from './reread-query.ts';

/** Events with the values that they lacked, as many as may be held at once. */
export interface CompletedEvents {
  readonly events: readonly LogEvent[];
  /** Of the values that were read. */
  readonly bytes: number;
  readonly isLast: boolean;
}

export interface RereaderParts {
  readonly opener: Pick<SessionOpener, 'sql'>;
  /** The table as the log described it; undefined: not any more. */
  readonly versionOf: (table: TableSchema) => TableVersion | undefined;
  /** How long rows are waited for before they stay as they are. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: TaskLog;
}

/** `null`: it cannot be read; `later`: there was no room for it; `unseen`: what changed it is not visible yet. */
type Outcome = readonly (string | null)[] | null | 'later' | 'unseen';

const MOST_ROWS = 500;
const FIRST_ROWS = 100;
/** Of values that are held at once; a single row may have more. */
const MOST_BYTES = 8 * 1024 * 1024;
const POLL_MS = 20;
/** A server that says nothing for so much longer than it was given is gone. */
const GRACE_MS = 5000;

/**
 * Reads values that the server did not send, since they are stored out of line and did not change, from the table of now. The row may
 * be gone, or changed again: then a later change says so. A row that another one than the change's transaction left is never taken:
 * a replica may be told of a commit before others see it.
 */
export class Rereader {
  readonly #parts: RereaderParts;
  #session: Session | undefined;
  #rows = FIRST_ROWS;
  readonly #warned = new Set<string>();
  /** Tables that were not to be read in time are left alone for as long as was waited for them. */
  readonly #restUntil = new Map<string, number>();

  constructor(parts: RereaderParts) {
    this.#parts = parts;
  }

  concerns(events: readonly LogEvent[]): boolean {
    return events.some((event, at) => lackingRow(event, at) !== undefined);
  }

  /** The events in order, in parts. Rejects when the connection is lost. */
  async *complete(events: readonly LogEvent[]): AsyncGenerator<CompletedEvents> {
    let left = lackingRows(events);
    let from = 0;
    do {
      const asked = left.slice(0, this.#rows);
      const outcomes = await this.#ask(asked);
      const noRoom = asked.findIndex((row) => outcomes.get(row) === 'later');
      const done = noRoom < 0 ? asked : asked.slice(0, noRoom);
      this.#rows = noRoom < 0 ? Math.min(MOST_ROWS, 2 * this.#rows) : Math.max(1, noRoom);
      left = left.slice(done.length);
      const end = left[0]?.at ?? events.length;
      yield { ...withOutcomes(events.slice(from, end), from, done, outcomes), isLast: left.length === 0 };
      from = end;
    } while (left.length > 0);
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }

  async #ask(rows: readonly LackingRow[]): Promise<Map<LackingRow, Outcome>> {
    const outcomes = new Map<LackingRow, Outcome>();
    const deadline = performance.now() + this.#parts.timeoutMs;
    for (let waiting = rows; ;) {
      for (const together of askedTogether(waiting))
        if (performance.now() < deadline) await this.#askTogether(together, outcomes);
      waiting = waiting.filter((row) => outcomes.get(row) === 'unseen');
      if (waiting.length === 0 || performance.now() >= deadline) return outcomes;
      await pause(POLL_MS, this.#parts.signal);
    }
  }

  async #askTogether(rows: readonly LackingRow[], outcomes: Map<LackingRow, Outcome>): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    const { table } = first.change;
    const room = MOST_BYTES - sizeOf(outcomes.values());
    if (room <= 0) for (const row of rows) outcomes.set(row, 'later');
    const query = this.#queryOf(first);
    if (room <= 0 || query === undefined || (this.#restUntil.get(nameOf(table)) ?? 0) > performance.now()) return;
    const keys = query.key.map((column) => rows.map(({ row }) => fieldText(row, column) ?? null));
    const answer = await this.#answer(table, query.text, [...keys, room]);
    if (answer === undefined || !query.shape.every((column) => answer.shape.includes(column))) return;
    for (const { n, found, fits, values } of answer.rows) {
      const row = rows[n - 1];
      if (row === undefined) continue;
      if (!isSeen(row.change, answer)) outcomes.set(row, 'unseen');
      else if (!fits) outcomes.set(row, 'later');
      else outcomes.set(row, found ? values : null);
    }
  }

  #queryOf({ change: { table }, columns }: LackingRow): ReturnType<typeof rereadQuery> {
    const version = this.#parts.versionOf(table);
    const query = version === undefined ? undefined : rereadQuery(table, version, columns);
    if (query === undefined) this.#warn(table, 'the columns of its key are not captured');
    return query;
  }

  /** Undefined: the server refused. */
  async #answer(table: TableSchema, text: string, values: readonly unknown[]): Promise<RereadAnswer | undefined> {
    const { timeoutMs } = this.#parts;
    const session = await this.#opened();
    const late = setTimeout(
      () => session.socket.destroy(new Error(`no answer to reading values again within ${timeoutMs + GRACE_MS} ms`)),
      timeoutMs + GRACE_MS,
    );
    try {
      return rereadAnswer(await session.query(text, values));
    } catch (error) {
      if (!isAboutTheQuery(error)) throw error;
      this.#restUntil.set(nameOf(table), performance.now() + timeoutMs);
      this.#warn(table, errorText(error));
      return undefined;
    } finally {
      clearTimeout(late);
    }
  }

  async #opened(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const limit = String(this.#parts.timeoutMs);
    const session = await this.#parts.opener.sql({
      statement_timeout: limit,
      lock_timeout: limit,
      default_transaction_read_only: 'on',
    });
    this.#session = session;
    session.ended.catch(() => (this.#session = undefined));
    return session;
  }

  #warn(table: TableSchema, error: string): void {
    const name = nameOf(table);
    if (this.#warned.has(`${name} ${error}`)) return;
    this.#warned.add(`${name} ${error}`);
    this.#parts.log.warn(
      { table: name, error },
      'values that were not sent could not be read again; the placeholder stands for them',
    );
  }
}

function nameOf({ schema, table }: TableSchema): string {
  return `${schema ?? ''}.${table}`;
}

function isSeen({ transaction: { xid } }: RowChange, { sees }: RereadAnswer): boolean {
  return xid === null || (sees !== undefined && isVisible(xid, sees));
}

function sizeOf(outcomes: Iterable<Outcome>): number {
  let bytes = 0;
  for (const outcome of outcomes)
    if (Array.isArray(outcome)) for (const value of outcome) bytes += Buffer.byteLength(String(value ?? ''));
  return bytes;
}

/** Syntax, privileges and names (42), values (22, 23), cancelled (57014), no lock in time (55P03): the session goes on. */
function isAboutTheQuery(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(?:42|22|23|57014|55P03)/.test(error.code ?? '');
}

function withOutcomes(
  events: LogEvent[],
  from: number,
  rows: readonly LackingRow[],
  outcomes: ReadonlyMap<LackingRow, Outcome>,
): { readonly events: LogEvent[]; readonly bytes: number } {
  const taken = rows.map((row) => outcomes.get(row) ?? null);
  for (const [index, row] of rows.entries()) {
    const outcome = taken[index] ?? null;
    events[row.at - from] = completed(row, typeof outcome === 'string' ? null : outcome);
  }
  return { events, bytes: sizeOf(taken) };
}
