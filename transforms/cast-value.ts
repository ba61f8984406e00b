import { Decimal, logicalTypes, type Schema, type SchemaType, type Value } from '../connectors/connect-data.ts';
import { isoText } from './iso-date-text.ts';
import { inferredType, javaClassText, typeName } from './java-class-name.ts';
import { decimalText } from '../formats/java/decimal-text.ts';
import { floatingText } from '../formats/java/floating-text.ts';
import { wholePart } from './decimal-parts.ts';
import { dataError } from './requirements.ts';

/** What a value can be cast to. */
export type CastTarget = 'int8' | 'int16' | 'int32' | 'int64' | 'float' | 'double' | 'boolean' | 'string';

const sources: readonly SchemaType[] = [
  'int8',
  'int16',
  'int32',
  'int64',
  'float',
  'double',
  'boolean',
  'string',
  'bytes',
];
const DAY_MS = 86_400_000;
const widths = { int8: 8, int16: 16, int32: 32, int64: 64 } as const;
const floatTextForm = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;

/** One value cast as Java casts it: integers wrap, fractions are cut off, texts must be numbers of the range. */
export function castValue(value: Value, schema: Schema | null, target: CastTarget): Value {
  if (value === null) return null;
  const type = schema === null ? inferredType(value) : schema.type;
  if (type === undefined)
    throw dataError(
      `Cast transformation was passed a value of type ${javaClassText(value, schema)} which is not supported by Connect's data API`,
    );
  if (!sources.includes(type))
    throw dataError(
      `Cast transformation does not support casting from ${typeName(type)}; supported types are [${sources.map(typeName).join(', ')}]`,
    );
  if (target === 'string') return textOf(value, type);
  const plain = value instanceof Date ? encoded(value, schema) : value;
  switch (target) {
    case 'boolean':
      return castToBoolean(plain, schema);
    case 'float':
      return Math.fround(castToFloat(plain, schema));
    case 'double':
      return castToFloat(plain, schema);
    case 'int64':
      return castToInteger(plain, schema, 64);
    default:
      return Number(castToInteger(plain, schema, widths[target]));
  }
}

/** The number that stands for a Date, Time or Timestamp. */
function encoded(value: Date, schema: Schema | null): Value {
  const ms = value.getTime();
  if (schema?.name === logicalTypes.date) return Math.floor(ms / DAY_MS);
  return schema?.name === logicalTypes.time ? ms : BigInt(ms);
}

function unexpected(value: Value, schema: Schema | null): Error {
  return dataError(`Unexpected type in Cast transformation: ${javaClassText(value, schema)}`);
}

function outOfRange(value: string): Error {
  return dataError(`Value (${value}) was out of range for requested data type`);
}

function castToInteger(value: Value, schema: Schema | null, bits: 8 | 16 | 32 | 64): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(bits, value);
  if (typeof value === 'number') return BigInt.asIntN(bits, integerOf(value, schema, bits));
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Decimal) return BigInt.asIntN(bits, wholePart(value));
  if (typeof value !== 'string') throw unexpected(value, schema);
  if (!/^[+-]?\d+$/.test(value)) throw outOfRange(value);
  const parsed = BigInt(value.replace(/^\+/, ''));
  if (BigInt.asIntN(bits, parsed) !== parsed) throw outOfRange(value);
  return parsed;
}

/** A fraction becomes an int or long first, which holds it at their limits (JLS 5.1.3); an integer keeps all its bits. */
function integerOf(value: number, schema: Schema | null, bits: number): bigint {
  const fraction = schema === null ? !Number.isSafeInteger(value) : schema.type === 'float' || schema.type === 'double';
  if (!fraction) return BigInt(value);
  if (Number.isNaN(value)) return 0n;
  const limit = bits === 64 ? 2n ** 63n : 2n ** 31n;
  if (value >= Number(limit)) return limit - 1n;
  return value <= -Number(limit) ? -limit : BigInt(Math.trunc(value));
}

function castToFloat(value: Value, schema: Schema | null): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Decimal) return Number(decimalText(value));
  if (typeof value !== 'string') throw unexpected(value, schema);
  const text = value.trim();
  if (!floatTextForm.test(text)) throw outOfRange(value);
  return Number(text.replace(/[fFdD]$/, ''));
}

function castToBoolean(value: Value, schema: Schema | null): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.toLowerCase() === 'true';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal)
    return castToInteger(value, schema, 64) !== 0n;
  throw unexpected(value, schema);
}

function textOf(value: Value, type: SchemaType): string {
  if (value instanceof Date) return isoText(value);
  if (value instanceof Decimal) return decimalText(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'number' && (type === 'float' || type === 'double')) return floatingText(value, type);
  return typeof value === 'object' ? '' : String(value);
}
