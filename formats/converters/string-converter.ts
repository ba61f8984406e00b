import type { Schema, Value } from '../../connectors/connect-data.ts';
import { text } from '../../settings/kinds.ts';
import { valueText } from '../java/value-text.ts';
import { defineConverter, type BothConverters } from './define-converter.ts';

/** Java names of character sets that Node has, in lower case. */
const encodings: ReadonlyMap<string, BufferEncoding> = new Map<string, BufferEncoding>([
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['iso-8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['utf-16le', 'utf16le'],
]);
const QUESTION_MARK = 0x3f;

/** Strings as they are, anything else as its text. */
class StringConverter implements BothConverters {
  readonly #encoding: BufferEncoding;

  constructor(encoding: BufferEncoding) {
    this.#encoding = encoding;
  }

  fromConnect(_topic: string, schema: Schema | null, value: Value): Buffer | null {
    if (value === null) return null;
    const written = typeof value === 'string' ? value : valueText(schema, value);
    return this.#encoding === 'latin1' ? latin1(written) : Buffer.from(written, this.#encoding);
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: Value): Buffer | null {
    return this.fromConnect(topic, schema, value);
  }
}

/** A character that the set does not have becomes a question mark, as in Java. */
function latin1(written: string): Buffer {
  return Buffer.from(Array.from(written, (character) => latin1Byte(character.codePointAt(0) ?? 0)));
}

function latin1Byte(codePoint: number): number {
  return codePoint > 0xff ? QUESTION_MARK : codePoint;
}

export const stringConverterPlugin = defineConverter({
  className: 'org.apache.kafka.connect.storage.StringConverter',
  settings: {
    encoding: text('converter.encoding', {
      order: -1,
      default: 'UTF-8',
      displayName: 'Encoding',
      importance: 'HIGH',
      check: (name) =>
        encodings.has(name.toLowerCase())
          ? undefined
          : `unsupported encoding; there are: ${['UTF-8', 'ISO-8859-1', 'UTF-16LE'].join(', ')}`,
      documentation: 'Character set of the bytes: UTF-8, ISO-8859-1 or UTF-16LE.',
    }),
  },
  make: ({ encoding }) => new StringConverter(encodings.get(encoding.toLowerCase()) ?? 'utf8'),
});
