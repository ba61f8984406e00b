import { Decimal, isMap, Struct, type Schema, type Value } from '../../connectors/connect-data.ts';
import { decimalText } from './decimal-text.ts';
import { floatingText } from './floating-text.ts';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * What Java's toString gives for a value of Kafka Connect: `Struct{a=1,b=x}`, `{k=v}`, `[1, 2]`. Bytes are base64 here, since
 * their toString in Java says nothing of them.
 */
export function valueText(schema: Schema | null, value: Value | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number') return numberText(schema, value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Decimal) return decimalText(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value instanceof Date) return dateText(value);
  if (value instanceof Struct) return structText(value);
  if (isMap(value)) return mapText(schema, value);
  if (Array.isArray(value)) return `[${value.map((element) => valueText(elementSchema(schema), element)).join(', ')}]`;
  return '';
}

/** A list inside a list: see writeJson about arrays of several dimensions. */
function elementSchema(schema: Schema | null): Schema | null {
  return schema?.items ?? schema;
}

/** Integers by their digits; without a schema a number with a fraction is a double. */
export function numberText(schema: Schema | null, value: number): string {
  if (schema?.type === 'float' || schema?.type === 'double') return floatingText(value, schema.type);
  return Number.isSafeInteger(value) ? String(value) : floatingText(value, 'double');
}

/** Fields that are null are left out. */
function structText({ schema, values }: Struct): string {
  const fields = (schema.fields ?? []).flatMap((field, index) => {
    const value = values[index];
    return value === null || value === undefined ? [] : [`${field.name}=${valueText(field.schema, value)}`];
  });
  return `Struct{${fields.join(',')}}`;
}

function mapText(schema: Schema | null, map: ReadonlyMap<Value, Value>): string {
  const pairs = [...map].map(
    ([key, value]) => `${valueText(schema?.keys ?? null, key)}=${valueText(schema?.values ?? null, value)}`,
  );
  return `{${pairs.join(', ')}}`;
}

/** java.util.Date.toString in UTC: `Thu Jan 01 00:00:00 UTC 1970`. */
function dateText(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, '0');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${days[date.getUTCDay()] ?? ''} ${months[date.getUTCMonth()] ?? ''} ${day} ${time.join(':')} UTC ${date.getUTCFullYear()}`;
}
