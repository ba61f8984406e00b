import type { ColumnSchema, TableSchema } from '../../table-schema.ts';
import type { CaptureFilter } from '../capture-filter.ts';
import type { RelationColumn, RelationMessage } from '../decoder/relation-message.ts';
import type { RelationPlan } from '../decoder/relation-plan.ts';
import type { KeyRule } from '../key-rules.ts';
import type { CatalogTable } from './catalog-table.ts';
import type { PgTypes } from './pg-type.ts';
import { tableKey } from './table-key.ts';
import { mapType } from './type-map.ts';

/** What all plans of a connector have in common. */
export interface PlanRules {
  readonly database: string;
  readonly filter: CaptureFilter;
  readonly keyRules: readonly KeyRule[];
}

export interface PlanSource {
  readonly relation: RelationMessage;
  /** The same table in the catalog of now; undefined: gone. */
  readonly table: CatalogTable | undefined;
  readonly types: PgTypes;
}

/**
 * The reading plan of one version of a table. What the Relation message says about then wins over what the catalog says about
 * now: a column that the catalog does not have, or has with another type, is taken as optional and without default.
 */
export function buildPlan(source: PlanSource, rules: PlanRules): RelationPlan {
  const { relation } = source;
  const key = tableKey({ relation, table: source.table, rules: rules.keyRules });
  const captured = relation.columns.flatMap((column, wire) => {
    const inRow = rules.filter.column(relation.schema, relation.table, column.name);
    const inKey = key?.includes(column.name) === true;
    return inRow || inKey ? [{ wire, schema: columnSchema(column, source, { inKey, keyOnly: !inRow }) }] : [];
  });
  const capture = new Int32Array(relation.columns.length).fill(-1);
  for (const [index, { wire }] of captured.entries()) capture[wire] = index;
  const columns = captured.map(({ schema }) => schema);
  const schema: TableSchema = {
    database: rules.database,
    schema: relation.schema,
    table: relation.table,
    columns,
    key: key === null ? null : key.map((name) => columns.findIndex((column) => column.name === name)),
  };
  const enums = columns.flatMap(({ type }, column) =>
    type.kind === 'enum' ? [{ column, labels: type.labels.map((label) => Buffer.from(label, 'utf8')) }] : [],
  );
  return { schema, capture, width: columns.length, enums };
}

/** The same plan with the schema object of an earlier version of the table, if nothing has changed. */
export function keepSchema(plan: RelationPlan, earlier: TableSchema | undefined): RelationPlan {
  const same = earlier !== undefined && JSON.stringify(earlier) === JSON.stringify(plan.schema);
  return same ? { ...plan, schema: earlier } : plan;
}

/** Whether the catalog of now describes every column of the message. */
export function isDescribed(relation: RelationMessage, table: CatalogTable | undefined): boolean {
  return relation.columns.every((column) => describes(table, column) !== undefined);
}

function columnSchema(
  column: RelationColumn,
  { relation, table, types }: PlanSource,
  { inKey, keyOnly }: { inKey: boolean; keyOnly: boolean },
): ColumnSchema {
  const now = describes(table, column);
  const primary = relation.identity === 'd' && column.identity;
  const { type, sourceType } = mapType(column.typeOid, column.typmod, types);
  return {
    name: column.name,
    type,
    sourceType,
    optional: !(now?.notNull ?? (primary && inKey)),
    defaultText: now?.defaultText,
    ...(now?.computedDefault === true ? { computedDefault: true } : {}),
    ...(now?.comment === undefined ? {} : { comment: now.comment }),
    ...(keyOnly ? { keyOnly } : {}),
  };
}

function describes(
  table: CatalogTable | undefined,
  { name, typeOid }: RelationColumn,
): CatalogTable['columns'][number] | undefined {
  return table?.columns.find((column) => column.name === name && column.typeOid === typeOid);
}
