import { Decimal, logicalTypes, type Schema, type Value } from '../connectors/connect-data.ts';
import { isoDate, isoTime, isoTimestamp } from './iso-date-text.ts';
import { JavaDateFormat } from './java-date/java-date-format.ts';
import { parseDecimal, wholePart } from './decimal-parts.ts';
import { plainSchema } from './schema-building.ts';

export interface SchemaAndValue {
  readonly schema: Schema | null;
  readonly value: Value;
}

/** A value without parts; undefined when the text is only text. */
export function parseScalar(text: string): SchemaAndValue | undefined {
  if (text === 'null') return { schema: null, value: null };
  if (text === 'true' || text === 'false') return { schema: plainSchema('boolean', false), value: text === 'true' };
  if (/^\d/.test(text)) {
    const temporal = parseTemporal(text);
    if (temporal !== undefined) return temporal;
  }
  return /^[\d+-]/.test(text) ? parseNumber(text) : undefined;
}

const temporals = [
  { length: 'HH:mm:ss.SSSZ'.length, pattern: isoTime, name: logicalTypes.time, type: 'int32' },
  { length: 'yyyy-MM-ddTHH:mm:ss.SSSZ'.length, pattern: isoTimestamp, name: logicalTypes.timestamp, type: 'int64' },
  { length: isoDate.length, pattern: isoDate, name: logicalTypes.date, type: 'int32' },
] as const;

/** Texts of exactly the length of a time, timestamp or date in ISO 8601. */
export function parseTemporal(text: string): SchemaAndValue | undefined {
  const unescaped = text.replaceAll('\\:', ':');
  for (const { length, pattern, name, type } of temporals) {
    if (unescaped.length !== length) continue;
    const value = new JavaDateFormat(pattern).parse(unescaped);
    if (value !== undefined) return { schema: { type, optional: false, name, version: 1 }, value };
  }
  return undefined;
}

const integers = [
  { type: 'int8', bits: 8 },
  { type: 'int16', bits: 16 },
  { type: 'int32', bits: 32 },
  { type: 'int64', bits: 64 },
] as const;

/** The smallest type that holds the number; with a fraction float before double, and Decimal for what neither holds. */
function parseNumber(text: string): SchemaAndValue | undefined {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return undefined;
  const whole = wholePart(decimal);
  if (decimal.scale <= 0 || whole * 10n ** BigInt(decimal.scale) === decimal.unscaled)
    for (const { type, bits } of integers)
      if (BigInt.asIntN(bits, whole) === whole)
        return { schema: plainSchema(type, false), value: bits === 64 ? whole : Number(whole) };
  const double = Number(text);
  if (decimal.scale !== 0) {
    const float = Math.fround(double);
    if (Number.isFinite(float)) return { schema: plainSchema('float', false), value: float };
    if (Number.isFinite(double)) return { schema: plainSchema('double', false), value: double };
  }
  const parameters = { scale: String(decimal.scale) };
  return {
    schema: { type: 'bytes', optional: false, name: logicalTypes.decimal, version: 1, parameters },
    value: new Decimal(decimal.unscaled, decimal.scale),
  };
}
