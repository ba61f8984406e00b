import { ruledKey, type KeyRule } from '../key-rules.ts';
import type { RelationMessage } from '../decoder/relation-message.ts';
import type { CatalogTable } from './catalog-table.ts';

/** What the key of a table is derived from. */
export interface KeySource {
  /** The table as of its place in the log. */
  readonly relation: RelationMessage;
  /** The table as of now; undefined: gone. */
  readonly table: CatalogTable | undefined;
  readonly rules: readonly KeyRule[];
}

/**
 * Names of the key columns in key order, null for a table without key: `message.key.columns`, primary key, columns of the
 * replica identity's index, smallest unique index over NOT NULL columns.
 */
export function tableKey({ relation, table, rules }: KeySource): readonly string[] | null {
  const names = relation.columns.map(({ name }) => name);
  const ruled = ruledKey(rules, relation.schema, relation.table, names);
  if (ruled !== null) return ruled;
  const present = (key: readonly string[]): boolean => key.length > 0 && key.every((name) => names.includes(name));
  const identity = relation.columns.filter((column) => column.identity).map(({ name }) => name);
  const primary = table?.primaryKey ?? [];
  // With identity `d` the flagged columns are exactly the primary key as of this place; its order is the catalog's to tell.
  if (relation.identity === 'd' && identity.length > 0) return sameSet(identity, primary) ? primary : identity;
  if (present(primary)) return primary;
  if (relation.identity === 'i' && identity.length > 0) return identity;
  return table?.uniqueKeys.find(present) ?? null;
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.includes(name));
}
