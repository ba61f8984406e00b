import type { SnapshotEpoch, SnapshotRecord, TablePlan } from '../../snapshot/snapshot-records.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import type { SelectOverrides } from '../select-overrides.ts';
import { hasRows, splitTable, tableSizes, type PlannedTable } from './chunk-planner.ts';
import type { PublishedParts } from './published-part.ts';
import { asSource, ownCopy, ownQuery } from './own-query.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';
import { tableReading, tableRows } from './snapshot-table.ts';
import { tableName } from './table-name.ts';

export interface PlanningParts {
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  /** Bytes of a table that one chunk is to have. */
  readonly chunkBytes: number;
  readonly queries: SelectOverrides;
  /** Those of them that the plan has to name, since no configuration does. */
  readonly ownQueries: SelectOverrides;
  /** Told of each try in vain to lock a table. */
  readonly onLockTimeout: (table: string) => void;
}

/** The tables of a run in the order in which they are read, split into chunks, as a snapshot shows them. */
export async function planTables(
  holder: SnapshotHolder,
  tables: readonly CatalogTable[],
  parts: PlanningParts,
): Promise<TablePlan[]> {
  const { session } = holder;
  const sizes = await tableSizes(session, tables);
  await checkQueries(session, tables, parts);
  const planned = tables.map((table) => plannedTable(table, parts));
  const filled = planned.filter(({ table, isQuery }) => isQuery || sizes.get(table.oid)?.isEmpty === false);
  const first = await firstWithRows(session, filled, parts);
  const last = await firstWithRows(session, filled.toReversed(), parts);
  const plans: TablePlan[] = [];
  for (const [place, each] of planned.entries()) {
    const bytes = sizes.get(each.table.oid)?.bytes ?? 0;
    const size = {
      bytes,
      chunkBytes: parts.chunkBytes,
      types: parts.catalog.types.types,
      onLockTimeout: parts.onLockTimeout,
    };
    plans.push({
      table: tableName(each.table),
      place,
      version: 1,
      epoch: 1,
      query: ownQuery(parts.ownQueries, each.table) ?? null,
      ...(await splitTable(session, each, size)),
      bytes,
      first: each === first,
      last: each === last,
    });
  }
  return plans;
}

/** A table planned anew, from its beginning, by another snapshot. */
export async function planAgain(
  holder: SnapshotHolder,
  {
    plan,
    table,
    epoch,
  }: { readonly plan: TablePlan; readonly table: CatalogTable | undefined; readonly epoch: number },
  parts: PlanningParts,
): Promise<TablePlan> {
  const next = { ...plan, version: plan.version + 1, epoch };
  // One that is gone is found to be so by whoever reads it.
  if (table === undefined) return { ...next, split: 'whole', key: [], bytewise: [], boundaries: [] };
  const bytes = (await tableSizes(holder.session, [table])).get(table.oid)?.bytes ?? 0;
  const { chunkBytes, catalog, onLockTimeout } = parts;
  const size = { bytes, chunkBytes, types: catalog.types.types, onLockTimeout };
  return { ...next, bytes, ...(await splitTable(holder.session, plannedTable(table, parts), size)) };
}

/** An epoch and the task that holds its snapshot first. */
export function epochRecords(
  number: number,
  { holder, late, task }: { readonly holder: SnapshotHolder; readonly late: boolean; readonly task: number },
): SnapshotRecord[] {
  const epoch: SnapshotEpoch = { ...holder.epoch, late };
  return [
    { kind: 'epoch', number, epoch },
    { kind: 'holder', epoch: number, task, name: holder.name },
  ];
}

function plannedTable(table: CatalogTable, { parts, queries }: PlanningParts): PlannedTable {
  const query = ownQuery(queries, table);
  if (query !== undefined) return { table, from: asSource(query), filter: null, isQuery: true };
  return { table, ...tableRows(table, parts), isQuery: false };
}

/** Before anything is stored or read: throws CONFIG_INVALID for a query of the operator's that cannot be used. */
async function checkQueries(
  session: Session,
  tables: readonly CatalogTable[],
  { catalog, rules, parts, queries }: PlanningParts,
): Promise<void> {
  const { types } = catalog.types;
  for (const table of tables) {
    const query = ownQuery(queries, table);
    if (query === undefined) continue;
    const { schema } = tableReading({ table, types, parts }, rules);
    await ownCopy(session, { query, table, schema, types });
  }
}

async function firstWithRows(
  session: Session,
  tables: readonly PlannedTable[],
  { onLockTimeout }: PlanningParts,
): Promise<PlannedTable | undefined> {
  for (const table of tables) if (await hasRows(session, table, onLockTimeout)) return table;
  return undefined;
}
