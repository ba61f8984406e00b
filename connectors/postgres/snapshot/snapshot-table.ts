import pg from 'pg';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { buildPlan, type PlanRules } from '../catalog/plan-builder.ts';
import type { PgTypes } from '../catalog/pg-type.ts';
import type { RelationMessage } from '../decoder/relation-message.ts';
import type { TableSchema } from '../../table-schema.ts';
import { publishedColumns, type PublishedParts } from './published-part.ts';

/** Where the rows of a table are. */
export interface TableRows {
  /** What they are selected from. */
  readonly from: string;
  /** Which of them are published, as SQL; null: all. */
  readonly filter: string | null;
}

/** How one table is read. */
export interface TableReading extends TableRows {
  readonly schema: TableSchema;
  /** COPY statement whose columns are those of `schema`, for all rows or those that meet a condition; `order`: columns. */
  copy(condition: string | null, order?: readonly string[]): string;
}

export interface TableReadingSource {
  readonly table: CatalogTable;
  readonly types: PgTypes;
  readonly parts: PublishedParts;
}

/** Reads a table in the same form in which its changes will come: same columns, same rows, same schema object contents. */
export function tableReading({ table, types, parts }: TableReadingSource, rules: PlanRules): TableReading {
  const relation = asRelation(table, publishedColumns(table, parts));
  const { schema } = buildPlan({ relation, table, types }, rules);
  const columns = schema.columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
  const { from, filter } = tableRows(table, parts);
  return {
    schema,
    from,
    filter,
    copy: (condition, order = []) => {
      const by = order.map((column) => pg.escapeIdentifier(column)).join(', ');
      const ordering = order.length === 0 ? '' : ` ORDER BY ${by}`;
      return `COPY (SELECT ${columns} FROM ${from}${whereOf([filter, condition])}${ordering}) TO STDOUT`;
    },
  };
}

/** Children of plain inheritance are tables of their own; a partitioned table is read through its root. */
export function tableRows(table: CatalogTable, parts: PublishedParts): TableRows {
  const name = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.table)}`;
  return {
    from: table.kind === 'p' ? name : `ONLY ${name}`,
    filter: parts.tables.get(table.oid)?.filter ?? null,
  };
}

/** A WHERE clause of the conditions that there are, or nothing. */
export function whereOf(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((condition) => condition !== null).map((condition) => `(${condition})`);
  return given.length === 0 ? '' : ` WHERE ${given.join(' AND ')}`;
}

/** The Relation message that the server would send for the table as it is now. */
function asRelation(table: CatalogTable, published: readonly string[]): RelationMessage {
  return {
    oid: table.oid,
    schema: table.schema,
    table: table.table,
    identity: table.identity,
    columns: table.columns
      .filter(({ name }) => published.includes(name))
      .map(({ name, typeOid, typmod }) => ({ name, typeOid, typmod, identity: isIdentity(table, name) })),
  };
}

function isIdentity(table: CatalogTable, column: string): boolean {
  return table.identity === 'f' || (table.identity === 'd' && table.primaryKey.includes(column));
}
