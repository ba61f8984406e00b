import type { ByteRange } from '../../byte-range.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { writeBase64 } from '../../json/base64.ts';
import { jsonString } from '../../json/json-text.ts';
import type { ValueEncoder, ValueSettings, ValueType } from './value-type.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
/** Binary values are decoded in pieces of so many bytes (a multiple of 3), so that none is held twice in memory. */
const PIECE = 24 * 1024;

type BinarySettings = Pick<ValueSettings, 'binaryHandling' | 'placeholder'>;

/** bytea */
export function binaryType(settings: BinarySettings): ValueType {
  return opaqueType(settings, encodeBytea(settings.binaryHandling));
}

/** The text of a type that nobody mapped, carried like a binary value. */
export function unknownType(settings: BinarySettings): ValueType {
  const write = writer(settings.binaryHandling);
  return { ...opaqueType(settings, quoted(write)), optionalElements: false };
}

function opaqueType({ binaryHandling, placeholder }: BinarySettings, encode: ValueEncoder): ValueType {
  return {
    schema: { type: binaryHandling === 'bytes' ? 'bytes' : 'string' },
    encode,
    standIn: '""',
    unavailable:
      binaryHandling === 'hex'
        ? jsonString(placeholder.toString('utf8')) // not in hex: so Debezium writes it
        : `"${base64Text(placeholder, binaryHandling === 'base64-url-safe')}"`,
  };
}

function base64Text(bytes: Buffer, urlSafe = false): string {
  const text = bytes.toString('base64');
  return urlSafe ? text.replaceAll('+', '-').replaceAll('/', '_') : text;
}

function writer(handling: ValueSettings['binaryHandling']): ValueEncoder {
  if (handling === 'hex') return (out, { bytes, start, end }) => out.text(bytes.toString('hex', start, end));
  const urlSafe = handling === 'base64-url-safe';
  return (out, value) => writeBase64(out, value, urlSafe);
}

function quoted(write: ValueEncoder): ValueEncoder {
  return (out, value) => {
    out.byte(QUOTE);
    write(out, value);
    out.byte(QUOTE);
  };
}

function encodeBytea(handling: ValueSettings['binaryHandling']): ValueEncoder {
  const write = writer(handling);
  return (out, value) => {
    const { bytes, start, end } = value;
    out.byte(QUOTE);
    if (bytes[start] !== BACKSLASH || bytes[start + 1] !== LETTER_X) writeEscapeForm(out, value, write);
    else if (handling === 'hex') out.range(bytes, start + 2, end);
    else writeHexForm(out, { bytes, start: start + 2, end }, write);
    out.byte(QUOTE);
  };
}

function writeHexForm(out: ByteWriter, { bytes, start, end }: ByteRange, write: ValueEncoder): void {
  for (let at = start; at < end; at += 2 * PIECE) {
    const piece = decodeHex({ bytes, start: at, end: Math.min(end, at + 2 * PIECE) });
    write(out, { bytes: piece, start: 0, end: piece.length });
  }
}

/** The bytes that pairs of hex digits stand for. */
export function decodeHex({ bytes, start, end }: ByteRange): Buffer {
  return Buffer.from(bytes.toString('latin1', start, end), 'hex');
}

/** bytea_output=escape: `\\` for a backslash, `\ooo` in octal, everything else itself (PostgreSQL 18 manual, 8.4.2). */
function writeEscapeForm(out: ByteWriter, { bytes, start, end }: ByteRange, write: ValueEncoder): void {
  const decoded = Buffer.alloc(end - start);
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== BACKSLASH) decoded[length++] = byte;
    else if (bytes[i + 1] === BACKSLASH) {
      decoded[length++] = BACKSLASH;
      i += 1;
    } else {
      decoded[length++] = parseInt(bytes.toString('latin1', i + 1, i + 4), 8);
      i += 3;
    }
  }
  write(out, { bytes: decoded, start: 0, end: length });
}
