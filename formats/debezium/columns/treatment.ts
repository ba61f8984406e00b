import type { TableSchema } from '../../../connectors/table-schema.ts';
import type { RegexList } from '../../../settings/regex-list.ts';
import type { ColumnPlan } from '../column-plan.ts';
import type { ColumnRules } from './column-rules.ts';
import { leavesInClear, masked } from './mask.ts';
import { columnLength, columnScale } from './source-size.ts';

/** What is done to columns on their way into values (never into keys), by their names. */
export interface ColumnTreatment {
  readonly rules: ColumnRules;
  /** Of `schema.table.column`: columns whose source type goes into the schema. */
  readonly sourceTypeOfColumns: RegexList | null;
  /** Of `schema.table.type`: the same by type. */
  readonly sourceTypeOfTypes: RegexList | null;
  /** Whether comments of columns become documentation of the schema's fields. */
  readonly comments: boolean;
}

/**
 * The plans with everything done to them that the treatment says. Debezium does the first thing alone that names a column, so that
 * asking for its source type would undo its hash; here a column has its mask and its source type.
 * `warn` is told what a mask does not hide.
 */
export function treated(
  plans: readonly ColumnPlan[],
  table: TableSchema,
  treatment: ColumnTreatment & { readonly warn: (message: string) => void },
): ColumnPlan[] {
  const tableName = table.schema === null ? table.table : `${table.schema}.${table.table}`;
  return plans.map((plan) => {
    const name = `${tableName}.${plan.column.name}`;
    const mask = treatment.rules.maskOf(name);
    if (mask !== undefined && leavesInClear(plan, mask))
      treatment.warn(`column ${name} is written in clear: a mask is not for its type ${plan.column.sourceType.name}`);
    if (mask !== undefined && mask.kind !== 'truncation' && table.key?.includes(plan.index) === true)
      treatment.warn(`column ${name} is written in clear in keys: masks are for values`);
    const withMask = mask === undefined ? plan : masked(plan, mask);
    const wantsType =
      treatment.sourceTypeOfColumns?.matches(name) === true ||
      treatment.sourceTypeOfTypes?.matches(`${tableName}.${plan.column.sourceType.name}`) === true;
    const withType = wantsType ? withSourceType(withMask, treatment.comments) : withMask;
    return treatment.comments ? withComment(withType) : withType;
  });
}

const SOURCE = '__debezium.source.column';

function withSourceType(plan: ColumnPlan, comments: boolean): ColumnPlan {
  const { column, schema } = plan;
  const parameters = {
    ...schema.parameters,
    [`${SOURCE}.type`]: column.sourceType.name.toUpperCase(),
    [`${SOURCE}.length`]: String(columnLength(column)),
    [`${SOURCE}.scale`]: String(columnScale(column)),
    ...(comments && column.comment !== undefined && { [`${SOURCE}.comment`]: column.comment }),
    [`${SOURCE}.name`]: column.name,
  };
  return { ...plan, schema: { ...schema, parameters } };
}

function withComment(plan: ColumnPlan): ColumnPlan {
  const { comment } = plan.column;
  return comment === undefined ? plan : { ...plan, schema: { ...plan.schema, doc: comment } };
}
