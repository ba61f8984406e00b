import type { ColumnType } from '../../../connectors/column-type.ts';
import { arrayType } from './array.ts';
import { binaryType, unknownType } from './binary.ts';
import { bitsType } from './bits.ts';
import { decimalType } from './decimal.ts';
import { geometryType, pointType } from './geometry.ts';
import { hstoreType } from './hstore.ts';
import { moneyType } from './money.ts';
import { nameUuid } from './name-uuid.ts';
import { booleanType, floatType, integerType } from './number.ts';
import { dateType } from './temporal/date.ts';
import { intervalType } from './temporal/interval.ts';
import { timestampType } from './temporal/timestamp.ts';
import { timeType, zonedTimeType } from './temporal/time.ts';
import { zonedTimestampType } from './temporal/zoned-timestamp.ts';
import { enumType, namedTextType, textType } from './text.ts';
import type { ValueSettings, ValueType } from './value-type.ts';
import { sparseVectorType, vectorType } from './vector.ts';

/** How values of a column type are written; undefined: the column is left out. */
export function valueTypeOf(type: ColumnType, settings: ValueSettings): ValueType | undefined {
  const placeholder = settings.placeholder.toString('utf8');
  switch (type.kind) {
    case 'boolean':
      return booleanType();
    case 'int16':
    case 'int32':
    case 'int64':
      return integerType(type.kind);
    case 'float32':
    case 'float64':
      return floatType(type.kind);
    case 'decimal':
      return decimalType(type.precision, type.scale, settings);
    case 'money':
      return moneyType(settings);
    case 'text':
      return textType(placeholder);
    case 'json':
    case 'xml':
    case 'uuid':
    case 'ltree':
    case 'tsvector':
      return namedTextType(type.kind, placeholder);
    case 'enum':
      return enumType(type.labels, placeholder);
    case 'bytes':
      return binaryType(settings);
    case 'bits':
      return bitsType(type.length, settings);
    case 'date':
      return dateType(settings);
    case 'time':
      return timeType(type.precision, settings);
    case 'timetz':
      return zonedTimeType(settings);
    case 'timestamp':
      return timestampType(type.precision, settings);
    case 'timestamptz':
      return zonedTimestampType(type.precision, settings);
    case 'interval':
      return intervalType(settings);
    case 'hstore':
      return hstoreType(settings);
    case 'point':
      return pointType(settings);
    case 'geometry':
    case 'geography':
      return geometryType(type.kind, settings);
    case 'vector':
      return vectorType(type.element, settings);
    case 'sparsevec':
      return sparseVectorType(settings);
    case 'array':
      return elementArray(type, settings);
    case 'unknown':
      return settings.includeUnknown ? unknownType(settings) : undefined;
  }
}

function elementArray(
  { element }: Extract<ColumnType, { kind: 'array' }>,
  settings: ValueSettings,
): ValueType | undefined {
  const type = valueTypeOf(element, settings);
  if (type === undefined) return undefined;
  const array = arrayType(type, settings);
  return element.kind === 'uuid' ? { ...array, unavailable: `["${nameUuid(settings.placeholder)}"]` } : array;
}
