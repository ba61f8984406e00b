import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { SnapshotFigures } from './snapshot-pace.ts';
import type { SnapshotShare } from './snapshot-share.ts';

/** Beyond so many tables their rows are counted together only: the counts go to the worker every second. */
const MAX_TABLES_COUNTED = 200;

/** How far the run has come: what all tasks have committed, and what this one is reading. */
export function snapshotFigures(ledger: SnapshotLedger, share: Pick<SnapshotShare, 'current'>): SnapshotFigures {
  const { rows, tablesDone, bytesDone, bytes } = ledger.figures;
  const { current } = share;
  const rowsByTable = ledger.plans.slice(0, MAX_TABLES_COUNTED).map((plan) => ({
    table: plan.table,
    rows: ledger.tableFigures(plan).rows + (current?.table === plan.table ? current.rows : 0),
  }));
  return {
    rows: rows + (current?.rows ?? 0),
    rowsByTable,
    tablesDone,
    tables: ledger.run?.tables ?? 0,
    bytesDone: Math.round(bytesDone),
    bytes,
  };
}
