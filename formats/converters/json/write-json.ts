import { Decimal, isMap, logicalTypes, Struct, type Schema, type Value } from '../../../connectors/connect-data.ts';
import { rangeOf } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { decimalText } from '../../java/decimal-text.ts';
import { shortestDigits } from '../../java/floating-text.ts';
import { twosComplement } from '../../java/twos-complement.ts';
import { writeBase64 } from '../../json/base64.ts';
import { writeJavaNumber } from '../../json/java-number.ts';
import { jsonString, writeJsonString } from '../../json/json-text.ts';
import { dateNumber } from '../date-number.ts';
import { invalidType, kindOf, UnfitValue } from '../unfit-value.ts';

/** How JsonConverter writes data. */
export interface JsonForm {
  readonly decimalFormat: 'BASE64' | 'NUMERIC';
  readonly replaceNullWithDefault: boolean;
}

const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const integerBounds = { int8: 2 ** 7, int16: 2 ** 15, int32: 2 ** 31 } as const;

/**
 * Writes data as Kafka Connect's JsonConverter does (connect-json 4.1.1: JsonConverter.convertToJson). Throws UnfitValue for a
 * value that its schema does not describe.
 */
export function writeJson(out: ByteWriter, schema: Schema | null, value: Value | undefined, form: JsonForm): void {
  if (value === null || value === undefined) {
    writeNull(out, schema, form);
    return;
  }
  if (schema === null) {
    writeSchemaless(out, value, form);
    return;
  }
  if (schema.name !== undefined && writeLogical(out, schema, value, form)) return;
  switch (schema.type) {
    case 'int8':
    case 'int16':
    case 'int32': {
      const bound = integerBounds[schema.type];
      if (typeof value !== 'number' || !Number.isInteger(value) || value < -bound || value >= bound) break;
      out.text(String(value));
      return;
    }
    case 'int64':
      if (typeof value !== 'bigint' && !isExact(value)) break;
      out.text(String(value));
      return;
    case 'float':
    case 'double':
      if (typeof value !== 'number') break;
      writeFloating(out, value, schema.type);
      return;
    case 'boolean':
      if (typeof value !== 'boolean') break;
      out.text(String(value));
      return;
    case 'string':
      if (typeof value !== 'string') break;
      writeJsonString(out, rangeOf(value));
      return;
    case 'bytes':
      if (!Buffer.isBuffer(value)) break;
      writeBytes(out, value);
      return;
    case 'array':
      if (!Array.isArray(value)) break;
      writeList(out, value, (element) => writeJson(out, schema.items ?? null, element, form));
      return;
    case 'map':
      if (!isMap(value)) break;
      writeMap(out, value, schema, form);
      return;
    case 'struct':
      if (!(value instanceof Struct)) break;
      writeStruct(out, value, schema, form);
      return;
  }
  // Arrays of several dimensions: PostgreSQL declares none, so the schema is that of one dimension.
  if (!Array.isArray(value)) throw invalidType(schema, value);
  writeList(out, value, (element) => writeJson(out, schema, element, form));
}

/** A number that is a 64-bit integer without doubt. */
function isExact(value: Value): value is number {
  return Number.isSafeInteger(value);
}

function writeNull(out: ByteWriter, schema: Schema | null, form: JsonForm): void {
  if (schema?.default !== undefined && schema.default !== null && form.replaceNullWithDefault)
    writeJson(out, schema, schema.default, form);
  else if (schema === null || schema.optional) out.text('null');
  else throw new UnfitValue('null value for a field that is required and has no default value');
}

/** False for names that Connect itself gives no meaning. */
function writeLogical(out: ByteWriter, schema: Schema, value: Value, form: JsonForm): boolean {
  switch (schema.name) {
    case logicalTypes.decimal:
      if (!(value instanceof Decimal)) return notLogical(schema, value);
      if (form.decimalFormat === 'NUMERIC') {
        out.text(decimalText(value));
        return true;
      }
      if (String(value.scale) !== schema.parameters?.['scale'])
        throw new UnfitValue(`a Decimal of scale ${value.scale}, where the schema says ${scaleOf(schema)}`);
      writeBytes(out, twosComplement(value.unscaled));
      return true;
    case logicalTypes.date:
    case logicalTypes.time:
    case logicalTypes.timestamp: {
      const number = dateNumber(schema.name, value);
      if (number === undefined) return notLogical(schema, value);
      out.text(String(number));
      return true;
    }
    default:
      return false;
  }
}

function scaleOf(schema: Schema): string {
  return schema.parameters?.['scale'] ?? 'nothing';
}

/** A list is left to the caller, see there. */
function notLogical(schema: Schema, value: Value): false {
  if (Array.isArray(value)) return false;
  throw invalidType(schema, value);
}

function writeSchemaless(out: ByteWriter, value: Value, form: JsonForm): void {
  if (typeof value === 'string') writeJsonString(out, rangeOf(value));
  else if (typeof value === 'number' && !Number.isSafeInteger(value)) writeFloating(out, value, 'double');
  else if (typeof value === 'number') out.text(String(value));
  else if (typeof value === 'bigint' || typeof value === 'boolean') out.text(String(value));
  else if (Buffer.isBuffer(value)) writeBytes(out, value);
  else if (Array.isArray(value)) writeList(out, value, (element) => writeJson(out, null, element, form));
  else if (isMap(value)) writeMap(out, value, null, form);
  else throw new UnfitValue(`${kindOf(value)} needs a schema`);
}

function writeFloating(out: ByteWriter, value: number, type: 'float' | 'double'): void {
  writeJavaNumber(out, rangeOf(shortestDigits(value, type)), type === 'float' ? 'float32' : 'float64');
}

function writeBytes(out: ByteWriter, bytes: Buffer): void {
  out.byte(QUOTE);
  writeBase64(out, { bytes, start: 0, end: bytes.length });
  out.byte(QUOTE);
}

function writeList<T>(out: ByteWriter, elements: Iterable<T>, write: (element: T) => void): void {
  out.text('[');
  let index = 0;
  for (const element of elements) {
    if (index > 0) out.byte(COMMA);
    try {
      write(element);
    } catch (error) {
      throw error instanceof UnfitValue ? error.within(String(index)) : error;
    }
    index++;
  }
  out.text(']');
}

/** An object where all keys are strings, else a list of pairs. */
function writeMap(out: ByteWriter, map: ReadonlyMap<Value, Value>, schema: Schema | null, form: JsonForm): void {
  const isObject =
    schema === null ? [...map.keys()].every((key) => typeof key === 'string') : schema.keys?.type === 'string';
  const keys = schema?.keys ?? null;
  const values = schema?.values ?? null;
  if (!isObject) {
    writeList(out, map, ([key, value]) => {
      out.text('[');
      writeJson(out, keys, key, form);
      out.byte(COMMA);
      writeJson(out, values, value, form);
      out.text(']');
    });
    return;
  }
  let separator = '{';
  for (const [key, value] of map) {
    if (typeof key !== 'string') throw new UnfitValue(`${kindOf(key)} as a key of a map whose keys are strings`);
    out.text(separator);
    out.text(jsonString(key));
    out.byte(COLON);
    writeMember(out, key, values, value, form);
    separator = ',';
  }
  out.text(separator === '{' ? '{}' : '}');
}

function writeStruct(out: ByteWriter, struct: Struct, schema: Schema, form: JsonForm): void {
  const fields = schema.fields ?? [];
  if (struct.schema !== schema && !sameNames(fields, struct.schema.fields ?? []))
    throw new UnfitValue('the struct has other fields than its schema');
  let separator = '{';
  for (const [index, field] of fields.entries()) {
    out.text(separator);
    out.text(jsonString(field.name));
    out.byte(COLON);
    writeMember(out, field.name, field.schema, struct.values[index], form);
    separator = ',';
  }
  out.text(separator === '{' ? '{}' : '}');
}

// Five parameters and no object: this runs once per field.
function writeMember(
  out: ByteWriter,
  name: string,
  schema: Schema | null,
  value: Value | undefined,
  form: JsonForm,
): void {
  try {
    writeJson(out, schema, value, form);
  } catch (error) {
    throw error instanceof UnfitValue ? error.within(name) : error;
  }
}

function sameNames(left: readonly { name: string }[], right: readonly { name: string }[]): boolean {
  return left.length === right.length && left.every(({ name }, index) => name === right[index]?.name);
}
