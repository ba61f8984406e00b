import type { RegexList } from '../../../settings/regex-list.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { SourceConfig } from '../source-config.ts';

type OrderSettings = Pick<SourceConfig, 'snapshotTables' | 'tableInclude' | 'tableOrder'>;

/**
 * The tables in the order in which they are read: as the entries that name them stand in their list, those of one entry as they
 * come (Debezium's addSignalingCollectionAndSort); or by the rows that they are thought to have, by oid.
 */
export function orderTables(
  tables: readonly CatalogTable[],
  { snapshotTables, tableInclude, tableOrder }: OrderSettings,
  rows: ReadonlyMap<number, number>,
): CatalogTable[] {
  const list = snapshotTables ?? tableInclude;
  const listed = list === null ? [...tables] : byPlace(tables, list);
  if (tableOrder === 'disabled') return listed;
  const sign = tableOrder === 'ascending' ? 1 : -1;
  return listed.toSorted((left, right) => sign * ((rows.get(left.oid) ?? 0) - (rows.get(right.oid) ?? 0)));
}

function byPlace(tables: readonly CatalogTable[], list: RegexList): CatalogTable[] {
  if (list.entries.length < 2) return [...tables];
  const places = new Map(tables.map((table) => [table, list.place(`${table.schema}.${table.table}`)]));
  return tables.toSorted((left, right) => (places.get(left) ?? 0) - (places.get(right) ?? 0));
}
