import type { PatternReader } from './pattern-reader.ts';
import { propertySet } from './properties.ts';
import { single, textSet, type CharacterSet } from './syntax.ts';

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13, a: 7, e: 27 };

/** Predefined classes; US-ASCII only, as Java's are without UNICODE_CHARACTER_CLASS (JavaScript's \s is wider). */
const predefined: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'A-Za-z0-9_',
  s: String.raw`\x20\t\n\v\f\r`,
  h: String.raw`\x20\t\u{A0}\u{1680}\u{180E}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}`,
  v: String.raw`\n\v\f\r\x85\u{2028}\u{2029}`,
};

/** Java's line terminators beside the pair \r\n. */
export const lineTerminators = String.raw`\n\r\x85\u{2028}\u{2029}`;

/**
 * Reads an escape behind its backslash that stands for one code point (a range of one) or a class; the same inside and
 * outside of classes. Undefined, nothing consumed: something else (a place, a reference).
 */
export function parseEscape(reader: PatternReader, anyCase: boolean): CharacterSet | undefined {
  const character = reader.peek();
  if (character === '') throw reader.invalid('it ends with a backslash');
  const class_ = predefined[character.toLowerCase()];
  if (class_ !== undefined) return textSet(`[${reader.next() === character.toLowerCase() ? '' : '^'}${class_}]`);
  if (character === 'p' || character === 'P') return parseProperty(reader, anyCase);
  const code = parseCharacterEscape(reader, character);
  return code === undefined ? undefined : single(code);
}

function parseCharacterEscape(reader: PatternReader, character: string): number | undefined {
  const control = controls[character];
  if (control !== undefined || !/^[A-Za-z0-9]$/.test(character)) {
    reader.next();
    return control ?? character.codePointAt(0);
  }
  if (character === '0') return parseOctal(reader);
  if (character === 'x' || character === 'u') return parseHexadecimal(reader);
  if (character === 'c') {
    reader.next();
    const letter = reader.next();
    if (letter === '') throw reader.invalid(String.raw`\c needs a character behind it`);
    return (letter.codePointAt(0) ?? 0) ^ 64;
  }
  return undefined;
}

/** \0n, \0nn, \0mnn (m up to 3). */
function parseOctal(reader: PatternReader): number {
  reader.next();
  const digits = reader.takeWhile(/^[0-7]$/, /^[0-3]$/.test(reader.peek()) ? 3 : 2);
  if (digits === '') throw reader.invalid(String.raw`\0 needs an octal number behind it`);
  return Number.parseInt(digits, 8);
}

/** \xhh, \x{h…h}, \uhhhh (two of them for a surrogate pair). */
function parseHexadecimal(reader: PatternReader): number {
  const kind = reader.next();
  const braced = kind === 'x' && reader.accept('{');
  const digits = reader.takeWhile(/^[0-9a-fA-F]$/, braced ? Infinity : kind === 'x' ? 2 : 4);
  const code = Number.parseInt(digits, 16);
  const complete = braced ? reader.accept('}') && code <= 0x10ffff : digits.length === (kind === 'x' ? 2 : 4);
  if (!complete || digits === '') throw reader.invalid(`an incomplete escape \\${kind}`);
  if (kind === 'u' && code >= 0xd800 && code < 0xdc00 && reader.accept('\\u')) {
    const low = Number.parseInt(reader.takeWhile(/^[0-9a-fA-F]$/, 4), 16);
    if (low >= 0xdc00 && low < 0xe000) return 0x10000 + (code - 0xd800) * 0x400 + (low - 0xdc00);
    throw reader.invalid(String.raw`half a surrogate pair in \u escapes`);
  }
  return code;
}

/** \pL, \p{Name}, \p{key=value}; \P is the complement. */
function parseProperty(reader: PatternReader, anyCase: boolean): CharacterSet {
  const negated = reader.next() === 'P';
  const braced = reader.accept('{');
  const name = braced ? reader.takeWhile(/^[^}]$/) : reader.next();
  if (name === '' || (braced && !reader.accept('}'))) throw reader.invalid('an unclosed character property');
  const set = propertySet(name, anyCase);
  if (set === undefined) throw reader.unsupported(`the character property \\p{${name}}`);
  return negated ? { type: 'union', items: [set], negated: true } : set;
}
