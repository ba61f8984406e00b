import { Decimal, logicalTypes, Struct, type Schema, type Value } from '../../../connectors/connect-data.ts';
import { integerOf } from '../../java/twos-complement.ts';
import { dateOfNumber } from '../date-number.ts';
import { JsonCursor } from './json-cursor.ts';

/**
 * Reads data of a schema from the JSON that JsonConverter writes without envelope (its toConnectData), every number exactly.
 * Without a schema an object is a map. Throws SyntaxError for text that is not such JSON.
 */
export function readJson(text: string, schema: Schema | null): Value {
  const cursor = new JsonCursor(text);
  const value = read(cursor, schema);
  cursor.end();
  return value;
}

function read(cursor: JsonCursor, schema: Schema | null): Value {
  if (cursor.peek() === 'n') {
    cursor.expect('null');
    return null;
  }
  if (schema === null) return readFree(cursor);
  // Arrays of several dimensions: PostgreSQL declares none, so the schema is that of one dimension.
  if (cursor.peek() === '[' && schema.type !== 'array' && schema.type !== 'map') return readList(cursor, schema);
  switch (schema.type) {
    case 'int8':
    case 'int16':
      return Number(cursor.number());
    case 'int32':
      return schema.name === logicalTypes.date || schema.name === logicalTypes.time
        ? dateOfNumber(schema.name, BigInt(cursor.number()))
        : Number(cursor.number());
    case 'int64':
      return schema.name === logicalTypes.timestamp
        ? dateOfNumber(schema.name, BigInt(cursor.number()))
        : BigInt(cursor.number());
    case 'float':
      return Math.fround(readFloating(cursor));
    case 'double':
      return readFloating(cursor);
    case 'boolean':
      return readBoolean(cursor);
    case 'string':
      return cursor.string();
    case 'bytes':
      return schema.name === logicalTypes.decimal ? readDecimal(cursor, schema) : readBytes(cursor);
    case 'array':
      return readList(cursor, schema.items ?? null);
    case 'map':
      return readMap(cursor, schema.keys ?? null, schema.values ?? null);
    case 'struct':
      return readStruct(cursor, schema);
  }
}

function readFree(cursor: JsonCursor): Value {
  switch (cursor.peek()) {
    case '"':
      return cursor.string();
    case '[':
      return readList(cursor, null);
    case '{':
      return readMap(cursor, null, null);
    case 't':
    case 'f':
      return readBoolean(cursor);
    default: {
      const text = cursor.number();
      const number = Number(text);
      return /^-?\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
    }
  }
}

function readBoolean(cursor: JsonCursor): boolean {
  if (cursor.take('true')) return true;
  cursor.expect('false');
  return false;
}

/** NaN and the infinities come in quotes. */
function readFloating(cursor: JsonCursor): number {
  return Number(cursor.peek() === '"' ? cursor.string() : cursor.number());
}

function readBytes(cursor: JsonCursor): Buffer {
  return Buffer.from(cursor.string(), 'base64');
}

/** Base64 of the unscaled number, or, with decimal.format=NUMERIC, the number. */
function readDecimal(cursor: JsonCursor, schema: Schema): Decimal {
  if (cursor.peek() === '"')
    return new Decimal(integerOf(readBytes(cursor)), Number(schema.parameters?.['scale'] ?? 0));
  const [digits = '', exponent = '0'] = cursor.number().split(/[eE]/);
  const [whole = '', fraction = ''] = digits.split('.');
  return new Decimal(BigInt(whole + fraction), fraction.length - Number(exponent));
}

function readList(cursor: JsonCursor, items: Schema | null): Value[] {
  const list: Value[] = [];
  cursor.list(() => list.push(read(cursor, items)));
  return list;
}

/** An object, or a list of pairs where keys are no strings. */
function readMap(cursor: JsonCursor, keys: Schema | null, values: Schema | null): Map<Value, Value> {
  const map = new Map<Value, Value>();
  if (cursor.peek() === '{') {
    cursor.object((name) => map.set(name, read(cursor, values)));
    return map;
  }
  cursor.list(() => {
    cursor.expect('[');
    const key = read(cursor, keys);
    cursor.expect(',');
    map.set(key, read(cursor, values));
    cursor.expect(']');
  });
  return map;
}

/** Members that the schema does not have are passed over; fields without a member are null. */
function readStruct(cursor: JsonCursor, schema: Schema): Struct {
  const fields = schema.fields ?? [];
  const values = fields.map((): Value => null);
  let next = 0;
  cursor.object((name) => {
    // Nearly always in the order of the schema.
    const index = fields[next]?.name === name ? next : fields.findIndex((field) => field.name === name);
    const value = read(cursor, fields[index]?.schema ?? null);
    if (index >= 0) values[index] = value;
    next = index + 1;
  });
  return new Struct(schema, values);
}
