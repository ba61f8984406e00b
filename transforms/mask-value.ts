import { Decimal, Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import { javaClassName, javaClassText } from './java-class-name.ts';
import { parseDecimal, wholePart } from './decimal-parts.ts';
import { dataError } from './requirements.ts';

/** The empty value of a value's type. */
export function emptied(value: Value, schema: Schema | null): Value {
  if (typeof value === 'boolean') return false;
  if (typeof value === 'number') return 0;
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'string') return '';
  if (value instanceof Decimal) return new Decimal(0n, 0);
  if (value instanceof Date) return new Date(0);
  if (Array.isArray(value)) return [];
  if (value === null || Buffer.isBuffer(value) || value instanceof Struct)
    throw dataError(`Cannot mask value of type: ${javaClassText(value, schema)}`);
  return new Map<Value, Value>();
}

const widths: Readonly<Record<string, 8 | 16 | 32 | 64>> = {
  'java.lang.Byte': 8,
  'java.lang.Short': 16,
  'java.lang.Integer': 32,
  'java.lang.Long': 64,
};

/** The replacement in the type of the value, which must be a number or a text. */
export function replaced(value: Value, schema: Schema | null, replacement: string): Value {
  if (typeof value === 'string') return replacement;
  if (typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof Decimal))
    throw dataError(`Cannot mask value of type ${javaClassText(value, schema)} with custom replacement.`);
  const number = parseDecimal(replacement);
  if (number === undefined)
    throw dataError(
      `Unable to convert ${replacement} (class java.lang.String) to ${value instanceof Decimal ? '' : 'a '}number`,
    );
  if (value instanceof Decimal) return new Decimal(number.unscaled, number.scale);
  const className = javaClassName(value, schema);
  const bits = widths[className];
  if (bits === undefined)
    return className === 'java.lang.Float' ? Math.fround(Number(replacement)) : Number(replacement);
  const whole = BigInt.asIntN(bits, wholePart(number));
  return bits === 64 && typeof value === 'bigint' ? whole : Number(whole);
}
