import type { LogEvent, RowChange } from '../../change-event.ts';
import { UNAVAILABLE_FIELD, type RowImage } from '../../row-image.ts';

/** A change whose new row lacks values: they were stored out of line, did not change and were not sent. */
export interface LackingRow {
  /** Place among the events. */
  readonly at: number;
  readonly change: RowChange;
  readonly row: RowImage;
  /** Columns without a value. */
  readonly columns: readonly number[];
}

/** The changes among events whose new row lacks values, in order. */
export function lackingRows(events: readonly LogEvent[]): LackingRow[] {
  return events.flatMap((event, at) => lackingRow(event, at) ?? []);
}

/** The event with place `at`, if it is a change whose new row lacks values. */
export function lackingRow(change: LogEvent, at: number): LackingRow | undefined {
  if (change.kind !== 'row' || change.op !== 'u' || change.after === null) return undefined;
  const row = change.after;
  const columns = change.table.columns.flatMap((_, column) =>
    row.fields[row.at + 2 * column + 1] === UNAVAILABLE_FIELD ? [column] : [],
  );
  return columns.length === 0 ? undefined : { at, change, row, columns };
}

/** Rows that one query can ask for, in order: of one version of a table, with the same columns. */
export function askedTogether(rows: readonly LackingRow[]): LackingRow[][] {
  const byTable = Map.groupBy(rows, ({ change }) => change.table);
  return [...byTable.values()].flatMap((ofTable) => [
    ...Map.groupBy(ofTable, ({ columns }) => columns.join(',')).values(),
  ]);
}
