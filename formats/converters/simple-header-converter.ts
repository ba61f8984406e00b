import { Decimal, isMap, logicalTypes, Struct, type Schema, type Value } from '../../connectors/connect-data.ts';
import { decimalText } from '../java/decimal-text.ts';
import { numberText } from '../java/value-text.ts';
import type { HeaderConverter, HeaderConverterPlugin } from './converter.ts';
import { COMPATIBLE_VERSION } from './define-converter.ts';

const MS_PER_DAY = 86_400_000;

/** Text from which the type of the value can be guessed again; JSON-like for structured values (connect-api: Values). */
class SimpleHeaderConverter implements HeaderConverter {
  fromConnectHeader(_topic: string, _key: string, schema: Schema | null, value: Value): Buffer | null {
    if (value === null) return null;
    return Buffer.from(typeof value === 'string' ? value : headerText(schema, value), 'utf8');
  }
}

/** A value; inside of a structured one strings and bytes have quotes. */
function headerText(schema: Schema | null, value: Value | undefined, quote = ''): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `"${escaped(value)}"`;
  if (typeof value === 'number') return numberText(schema, value);
  if (value instanceof Decimal) return decimalText(value);
  if (Buffer.isBuffer(value)) return `${quote}${value.toString('base64')}${quote}`;
  if (value instanceof Date) return dateText(schema, value);
  if (value instanceof Struct) return structText(value);
  if (isMap(value)) {
    const { keys = null, values = null } = schema ?? {};
    const pairs = [...value].map(([key, member]) => `${headerText(keys, key, '"')}:${headerText(values, member, '"')}`);
    return `{${pairs.join(',')}}`;
  }
  if (Array.isArray(value))
    return `[${value.map((element) => headerText(schema?.items ?? schema, element, '"')).join(',')}]`;
  return String(value); // boolean, bigint
}

/** Only the quote and the backslash are escaped; line ends stay as they are. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** Null fields have their default here, whatever the other converters are told. */
function structText({ schema, values }: Struct): string {
  const members = (schema.fields ?? []).map((field, index) => {
    const value = values[index] ?? field.schema.default;
    return `"${escaped(field.name)}":${headerText(field.schema, value, '"')}`;
  });
  return `{${members.join(',')}}`;
}

/**
 * By the schema. Connect guesses by the value instead, so that everything before 1970-01-02 is a time of day and midnight is a
 * date; without a schema that is done here, too.
 */
function dateText(schema: Schema | null, date: Date): string {
  const ms = date.getTime();
  const isMidnight = ms % MS_PER_DAY === 0;
  switch (schema?.name) {
    case logicalTypes.date:
      return dayText(date);
    case logicalTypes.time:
      return timeText(date);
    case logicalTypes.timestamp:
      return isMidnight ? dayText(date) : `${dayText(date)}T${timeText(date)}`;
    default:
      if (ms < MS_PER_DAY) return timeText(date);
      return isMidnight ? dayText(date) : `${dayText(date)}T${timeText(date)}`;
  }
}

/** `-0043-03-15` for 44 BC, `+10000-01-01` beyond 9999, as java.time prints it. */
function dayText(date: Date): string {
  const year = date.getUTCFullYear();
  const digits = String(Math.abs(year)).padStart(4, '0');
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${digits}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
}

function timeText(date: Date): string {
  const iso = date.toISOString();
  return iso.slice(iso.indexOf('T') + 1);
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0');
}

export const simpleHeaderConverterPlugin: HeaderConverterPlugin = {
  className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
  aliases: [],
  version: COMPATIBLE_VERSION,
  settings: {},
  create: () => new SimpleHeaderConverter(),
};
