/** A snapshot that was asked for while changes stream. */
export interface AskedSnapshot {
  /** Of the signal. */
  readonly id: string;
  /** `schema.table`. */
  readonly tables: readonly string[];
  readonly askedMs: number;
}

/** What a notification says. */
export interface Told {
  /** Of the signal that it is about. */
  readonly id: string;
  readonly type: string;
  readonly aggregate: string;
  readonly data: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** The id that a snapshot of added tables has. */
export const ADDED = 'added-tables';

const INCREMENTAL = 'Incremental Snapshot';
const FINE: readonly (string | undefined)[] = ['SUCCEEDED', 'EMPTY'];

/**
 * What became of a snapshot: each of its tables must have been read, or taken out by a signal since it was asked for, and when all
 * were read it must have been told that it is completed.
 */
export function courseOf(
  { id, tables, askedMs }: AskedSnapshot,
  told: readonly Told[],
): 'completed' | 'stopped' | 'open' {
  const news = told.filter(({ aggregate }) => aggregate === INCREMENTAL);
  const isRead = (table: string): boolean =>
    news.some(
      (each) => each.id === id && each.type === 'TABLE_SCAN_COMPLETED' && each.data['scanned_collection'] === table,
    );
  const isOut = (table: string): boolean =>
    news.some((each) => each.type === 'ABORTED' && each.timestampMs >= askedMs && namesTable(each, table));
  const unread = tables.filter((table) => !isRead(table));
  if (unread.length > 0) return unread.every(isOut) ? 'stopped' : 'open';
  return news.some((each) => each.id === id && each.type === 'COMPLETED') ? 'completed' : 'open';
}

/** How often a table was begun to be read by incremental snapshots: no row of it may come more often. */
export function timesAsked(told: readonly Told[], table: string): number {
  return told.filter((each) => each.aggregate === INCREMENTAL && each.type === 'STARTED' && namesTable(each, table))
    .length;
}

/** Signals that were refused, and tables that could not be read: none of either is asked for here. */
export function refusals(told: readonly Told[]): string[] {
  return told.flatMap(({ id, type, data }) => {
    const failed = type === 'TABLE_SCAN_COMPLETED' && 'status' in data && !FINE.includes(data['status']);
    return failed || type === 'REJECTED' ? [`${type} ${id}: ${JSON.stringify(data)}`] : [];
  });
}

function namesTable({ data }: Told, table: string): boolean {
  return data['data_collections']?.split(',').includes(table) === true;
}
