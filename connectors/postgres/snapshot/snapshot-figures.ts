import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { SnapshotFigures } from './snapshot-pace.ts';
import type { SnapshotShare } from './snapshot-share.ts';

/** Beyond so many tables their rows are counted together only: the counts go to the worker every second. */
const MAX_TABLES_COUNTED = 200;

/** How far the run has come: what all tasks have committed, and what this one is reading. */
export function snapshotFigures(ledger: SnapshotLedger, share: Pick<SnapshotShare, 'current'>): SnapshotFigures {
  const { rows, tablesDone, bytesDone, bytes } = ledger.figures;
  const { current } = share;
  if (current !== undefined) rows.set(current.table, (rows.get(current.table) ?? 0) + current.rows);
  return {
    rows: [...rows.values()].reduce((sum, count) => sum + count, 0),
    rowsByTable: [...rows].slice(0, MAX_TABLES_COUNTED).map(([table, count]) => ({ table, rows: count })),
    tablesDone,
    tables: ledger.run?.tables ?? 0,
    bytesDone: Math.round(bytesDone),
    bytes,
  };
}
