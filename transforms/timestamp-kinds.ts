import { logicalTypes, type Schema, type Value } from '../connectors/connect-data.ts';
import { javaClassText, schemaText } from './java-class-name.ts';
import type { JavaDateFormat } from './java-date/java-date-format.ts';
import { dataError } from './requirements.ts';
import { plainSchema } from './schema-building.ts';

/** The forms of a timestamp that TimestampConverter knows, as its setting target.type names them. */
export const timestampKinds = ['string', 'unix', 'Date', 'Time', 'Timestamp'] as const;
export type TimestampKind = (typeof timestampKinds)[number];
export const unixPrecisions = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds'] as const;
export type UnixPrecision = (typeof unixPrecisions)[number];

export interface TimestampForms {
  readonly format: JavaDateFormat | undefined;
  readonly precision: UnixPrecision;
}

const DAY_MS = 86_400_000;

/** Units in a millisecond. */
const finer = { milliseconds: 1n, microseconds: 1000n, nanoseconds: 1_000_000n } as const;

/** The kind that a schema says; throws for one that is no timestamp. */
export function kindOfSchema(schema: Schema): TimestampKind {
  if (schema.name === logicalTypes.timestamp) return 'Timestamp';
  if (schema.name === logicalTypes.date) return 'Date';
  if (schema.name === logicalTypes.time) return 'Time';
  if (schema.type === 'string') return 'string';
  if (schema.type === 'int64') return 'unix';
  throw dataError(`Schema ${schemaText(schema)} does not correspond to a known timestamp type format`);
}

/** The kind of a value without a schema. */
export function kindOfValue(value: Value): TimestampKind {
  if (value instanceof Date) return 'Timestamp';
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'unix';
  if (typeof value === 'string') return 'string';
  throw dataError(`TimestampConverter does not support ${javaClassText(value, null)} objects as timestamps`);
}

/** The moment that a value of a kind means. */
export function toMoment(kind: TimestampKind, value: Value, forms: TimestampForms, schema: Schema | null): Date {
  if (kind === 'string') {
    if (typeof value !== 'string')
      throw dataError(`Expected string timestamp to be a String, but found ${javaClassText(value, schema)}`);
    return parseText(value, forms.format);
  }
  if (kind === 'unix') {
    if (typeof value !== 'bigint' && typeof value !== 'number')
      throw dataError(`Expected Unix timestamp to be a Long, but found ${javaClassText(value, schema)}`);
    return new Date(unixMs(BigInt(value), forms.precision));
  }
  if (!(value instanceof Date))
    throw dataError(`Expected ${kind} to be a java.util.Date, but found ${javaClassText(value, schema)}`);
  return value;
}

function parseText(text: string, format: JavaDateFormat | undefined): Date {
  if (format === undefined)
    throw dataError(`Could not parse timestamp: value (${text}) is a string, which needs the setting format`);
  const parsed = format.parse(text);
  if (parsed === undefined)
    throw dataError(`Could not parse timestamp: value (${text}) does not match pattern (${format.pattern})`);
  return parsed;
}

function unixMs(value: bigint, precision: UnixPrecision): number {
  return Number(precision === 'seconds' ? value * 1000n : value / finer[precision]);
}

/** A moment as a value of a kind. */
export function fromMoment(kind: TimestampKind, moment: Date, { format, precision }: TimestampForms): Value {
  const ms = moment.getTime();
  switch (kind) {
    case 'string':
      return format?.format(moment) ?? '';
    case 'unix':
      return precision === 'seconds' ? BigInt(ms) / 1000n : BigInt(ms) * finer[precision];
    case 'Date':
      return new Date(Math.floor(ms / DAY_MS) * DAY_MS);
    case 'Time':
      return new Date(ms - Math.floor(ms / DAY_MS) * DAY_MS);
    case 'Timestamp':
      return moment;
  }
}

/** The schema of values of a kind. */
export function schemaOfKind(kind: TimestampKind, optional: boolean): Schema {
  switch (kind) {
    case 'string':
      return plainSchema('string', optional);
    case 'unix':
      return plainSchema('int64', optional);
    case 'Date':
      return { type: 'int32', optional, name: logicalTypes.date, version: 1 };
    case 'Time':
      return { type: 'int32', optional, name: logicalTypes.time, version: 1 };
    case 'Timestamp':
      return { type: 'int64', optional, name: logicalTypes.timestamp, version: 1 };
  }
}
