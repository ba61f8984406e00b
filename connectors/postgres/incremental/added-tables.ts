import { z } from 'zod';
import { regexList } from '../../../settings/regex-list.ts';
import type { SourceOffset, SourcePartition } from '../../change-batch.ts';
import { CaptureFilter } from '../capture-filter.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { INCREMENTAL_PARTITION } from './snapshot-queue.ts';
import { plainName, type SnapshotRequest } from './snapshot-request.ts';

/** The settings that say which tables are captured, as they are written. */
const LISTS = ['schema.include.list', 'schema.exclude.list', 'table.include.list', 'table.exclude.list'] as const;
const FILTERS = 'millrace.filters';

const stored = z.record(z.string(), z.string());

/** The key under which the filters of now are stored. */
export function filtersPartition(server: string): SourcePartition {
  return { server, [INCREMENTAL_PARTITION]: 'filters' };
}

export function filtersOffset(config: Readonly<Record<string, string>>): SourceOffset {
  return { [FILTERS]: JSON.stringify(Object.fromEntries(LISTS.map((name) => [name, config[name] ?? '']))) };
}

type TableName = Pick<CatalogTable, 'schema' | 'table'>;

/**
 * Captured tables that the filters of before left out; none while those are not known. A table that is new itself, and that they
 * would have taken, is none of them: all of its rows come as changes.
 */
export function addedTables<T extends TableName>(before: SourceOffset | undefined, captured: readonly T[]): T[] {
  const text = before?.[FILTERS];
  if (typeof text !== 'string') return [];
  const lists = stored.parse(JSON.parse(text));
  const listOf = (name: (typeof LISTS)[number]): ReturnType<typeof regexList> | null => {
    const entries = lists[name] ?? '';
    return entries.trim() === '' ? null : regexList(entries);
  };
  const earlier = new CaptureFilter({
    schemaInclude: listOf('schema.include.list'),
    schemaExclude: listOf('schema.exclude.list'),
    tableInclude: listOf('table.include.list'),
    tableExclude: listOf('table.exclude.list'),
    columnInclude: null,
    columnExclude: null,
  });
  return captured.filter(({ schema, table }) => !earlier.table(schema, table));
}

/** A request to read them. */
export function requestFor(added: readonly TableName[]): SnapshotRequest {
  // Names as they stand, whatever they hold that means something in a regular expression.
  const collections = added.map((table) => `\\Q${plainName(table)}\\E`);
  return { id: 'added-tables', collections, conditions: [], surrogateKey: null };
}
