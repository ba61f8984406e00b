import type { ColumnSchema } from '../../connectors/table-schema.ts';
import { jsonString } from '../json/json-text.ts';
import { constantBytes } from './constant-bytes.ts';
import { columnDefault } from './column-default.ts';
import type { ConnectSchema } from './connect-schema.ts';
import { adjustedFieldName, type NameAdjustment } from './name-adjustment.ts';
import type { ValueEncoder, ValueSettings } from './values/value-type.ts';
import { valueTypeOf } from './values/value-type-of.ts';

export interface ColumnPlanOptions {
  readonly values: ValueSettings;
  readonly replaceNullWithDefault: boolean;
  readonly fieldNames: NameAdjustment;
}

/** How one column is written, everything constant prepared. */
export interface ColumnPlan {
  readonly column: ColumnSchema;
  /** Index in the table's columns and so in its row images. */
  readonly index: number;
  readonly field: string;
  readonly schema: ConnectSchema;
  readonly encode: ValueEncoder;
  readonly encodeInHeader: ValueEncoder;
  /** For SQL NULL, and for what an image of key columns does not have. */
  readonly nullJson: Buffer;
  readonly unavailableJson: Buffer;
  /** JSON for a value without a form; undefined: there is none either, since the column is NOT NULL. */
  readonly failedJson: Buffer | undefined;
}

/** Undefined for a column that is left out. */
export function columnPlan(column: ColumnSchema, index: number, options: ColumnPlanOptions): ColumnPlan | undefined {
  const type = valueTypeOf(column.type, options.values);
  if (type === undefined) return undefined;
  const byDefault = columnDefault(column, type);
  // A NOT NULL column always gets a value: its default, else a zero of its type. NULL itself becomes the default only
  // where the converter replaces it.
  const replaced = options.replaceNullWithDefault ? (byDefault ?? 'null') : 'null';
  const nullJson = constantBytes(column.optional ? replaced : (byDefault ?? type.standIn));
  return {
    column,
    index,
    field: adjustedFieldName(column.name, options.fieldNames),
    schema: {
      ...type.schema,
      optional: column.optional || type.schema.optional === true,
      ...(byDefault !== undefined && { default: byDefault }),
    },
    encode: type.encode,
    encodeInHeader: type.encodeInHeader ?? type.encode,
    nullJson,
    unavailableJson: type.unavailable === null ? nullJson : constantBytes(type.unavailable),
    failedJson: column.optional ? nullJson : undefined,
  };
}

/** `"name":`, with a comma in front of all but the first member. */
export function memberPrefix(field: string, isFirst: boolean): Buffer {
  return constantBytes(`${isFirst ? '' : ','}${jsonString(field)}:`);
}
