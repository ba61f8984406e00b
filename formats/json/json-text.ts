import type { ByteRange } from '../byte-range.ts';
import type { ByteWriter } from '../byte-writer.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');

/** Entries of the escape table that are not the letter behind the backslash. */
const PLAIN = 0;
const AS_CODE = 1;
const FOUR_BYTES = 2;
/** Beyond this, finding the first byte to escape and copying natively up to it beats copying byte by byte. */
const LONG_TEXT = 96;

/**
 * What Jackson's UTF-8 generator does with a byte, since keys have to be the very bytes that Kafka Connect writes (their hash
 * chooses the partition): other text than ASCII stays raw, except that characters beyond U+FFFF become two escaped
 * surrogates; control characters without a letter of their own become \u00XX with capital hex digits.
 */
const escapes = escapeTable();

function escapeTable(): Uint8Array {
  const table = new Uint8Array(256).fill(AS_CODE, 0, 0x20).fill(FOUR_BYTES, 0xf0);
  for (const [character, letter] of ['""', '\\\\', '\bb', '\tt', '\nn', '\ff', '\rr'])
    table[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0;
  return table;
}

/** A string value: quotes around, escaped inside. The range holds valid UTF-8. */
export function writeJsonString(out: ByteWriter, range: ByteRange): void {
  out.byte(QUOTE);
  writeEscaped(out, range);
  out.byte(QUOTE);
}

/** The inside of a string value. */
function writeEscaped(out: ByteWriter, { bytes, start, end }: ByteRange): void {
  const clean = end - start > LONG_TEXT ? cleanUntil(bytes, start, end) : start;
  out.range(bytes, start, clean);
  out.reserve(end - clean);
  let target = out.bytes;
  let at = out.at;
  for (let i = clean; i < end; i++) {
    const byte = bytes[i] ?? 0;
    const escape = escapes[byte] ?? 0;
    if (escape === PLAIN) {
      target[at++] = byte;
      continue;
    }
    out.at = at;
    out.reserve(end - i + 12);
    target = out.bytes;
    target[at++] = BACKSLASH;
    if (escape > FOUR_BYTES) {
      target[at++] = escape;
    } else if (escape === AS_CODE) {
      at = writeCode(target, at, byte);
    } else {
      const point =
        ((byte & 0x07) << 18) |
        (((bytes[i + 1] ?? 0) & 0x3f) << 12) |
        (((bytes[i + 2] ?? 0) & 0x3f) << 6) |
        ((bytes[i + 3] ?? 0) & 0x3f);
      i += 3;
      at = writeCode(target, at, 0xd7c0 + (point >> 10));
      target[at++] = BACKSLASH;
      at = writeCode(target, at, 0xdc00 + (point & 0x3ff));
    }
  }
  out.at = at;
}

/** Where the first byte is that needs an escape, or up to three before it. */
function cleanUntil(bytes: Buffer, start: number, end: number): number {
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const first = (escapes[bytes[i] ?? 0] ?? 0) | (escapes[bytes[i + 1] ?? 0] ?? 0);
    if ((first | (escapes[bytes[i + 2] ?? 0] ?? 0) | (escapes[bytes[i + 3] ?? 0] ?? 0)) !== PLAIN) break;
  }
  return i;
}

/** `uXXXX`; returns the place behind it. */
function writeCode(target: Buffer, at: number, unit: number): number {
  target[at] = LETTER_U;
  for (let i = 4; i > 0; i--) {
    target[at + i] = HEX[unit & 15] ?? 0;
    unit >>= 4;
  }
  return at + 5;
}

/** A string value as text, for what is prepared once. */
export function jsonString(text: string): string {
  let inside = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const escape = unit < 0x80 ? (escapes[unit] ?? 0) : unit >= 0xd800 && unit < 0xe000 ? AS_CODE : PLAIN;
    if (escape === PLAIN) inside += text.charAt(i);
    else if (escape === AS_CODE) inside += `\\u${unit.toString(16).toUpperCase().padStart(4, '0')}`;
    else inside += `\\${String.fromCharCode(escape)}`;
  }
  return `"${inside}"`;
}
