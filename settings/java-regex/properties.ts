import { textSet, type CharacterSet } from './syntax.ts';

/** POSIX classes, US-ASCII only (java.util.regex.Pattern, "POSIX character classes"), and Java's own names. */
const named: Readonly<Record<string, string>> = {
  Lower: '[a-z]',
  Upper: '[A-Z]',
  ASCII: String.raw`[\x00-\x7F]`,
  Alpha: '[A-Za-z]',
  Digit: '[0-9]',
  Alnum: '[A-Za-z0-9]',
  Punct: String.raw`[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]`,
  Graph: String.raw`[\x21-\x7E]`,
  Print: String.raw`[\x20-\x7E]`,
  Blank: String.raw`[\x20\t]`,
  Cntrl: String.raw`[\x00-\x1F\x7F]`,
  XDigit: '[0-9a-fA-F]',
  Space: String.raw`[\x20\t\n\v\f\r]`,
  L1: String.raw`[\x00-\xFF]`,
  all: String.raw`[\u{0}-\u{10FFFF}]`,
  LC: String.raw`[\p{Lu}\p{Ll}\p{Lt}]`,
  LD: String.raw`[\p{L}\p{Nd}]`,
  javaLowerCase: String.raw`\p{Lowercase}`,
  javaUpperCase: String.raw`\p{Uppercase}`,
  javaTitleCase: String.raw`\p{Lt}`,
  javaAlphabetic: String.raw`\p{Alphabetic}`,
  javaIdeographic: String.raw`\p{Ideographic}`,
  javaDigit: String.raw`\p{Nd}`,
  javaDefined: String.raw`\P{Cn}`,
  javaLetter: String.raw`\p{L}`,
  javaLetterOrDigit: String.raw`[\p{L}\p{Nd}]`,
  javaSpaceChar: String.raw`\p{Z}`,
  javaWhitespace: String.raw`[[\p{Z}--[\u{A0}\u{2007}\u{202F}]][\t-\r\x1C-\x1F]]`,
  javaISOControl: String.raw`[\x00-\x1F\x7F-\x9F]`,
};

/** Unicode properties behind `Is`, compared without regard to case. */
const unicode: Readonly<Record<string, string>> = {
  ALPHABETIC: String.raw`\p{Alphabetic}`,
  LETTER: String.raw`\p{L}`,
  IDEOGRAPHIC: String.raw`\p{Ideographic}`,
  LOWERCASE: String.raw`\p{Lowercase}`,
  UPPERCASE: String.raw`\p{Uppercase}`,
  TITLECASE: String.raw`\p{Lt}`,
  WHITE_SPACE: String.raw`\p{White_Space}`,
  WHITESPACE: String.raw`\p{White_Space}`,
  CONTROL: String.raw`\p{Cc}`,
  PUNCTUATION: String.raw`\p{P}`,
  HEX_DIGIT: String.raw`[\p{Nd}\p{Hex_Digit}]`,
  HEXDIGIT: String.raw`[\p{Nd}\p{Hex_Digit}]`,
  ASSIGNED: String.raw`\P{Cn}`,
  NONCHARACTER_CODE_POINT: String.raw`\p{Noncharacter_Code_Point}`,
  DIGIT: String.raw`\p{Nd}`,
  ALNUM: String.raw`[\p{Alphabetic}\p{Nd}]`,
  JOIN_CONTROL: String.raw`\p{Join_Control}`,
};

const generalCategory = /^(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/;

/** Under the flag `i` a property of one case means every cased letter (Java 18 and later, JDK-8214245). */
const casedTwins: ReadonlyMap<string, string> = new Map([
  ['[a-z]', '[A-Za-z]'],
  ['[A-Z]', '[A-Za-z]'],
  ...[String.raw`\p{Lowercase}`, String.raw`\p{Uppercase}`].map((one): [string, string] => [
    one,
    String.raw`[\p{Lowercase}\p{Uppercase}\p{Lt}]`,
  ]),
  ...['Lu', 'Ll', 'Lt'].map((one): [string, string] => [`\\p{${one}}`, String.raw`[\p{Lu}\p{Ll}\p{Lt}]`]),
]);

/** The set that `\p{name}` stands for; undefined when JavaScript has none for it (blocks) or nobody knows the name. */
export function propertySet(name: string, anyCase: boolean): CharacterSet | undefined {
  const text = propertyText(name);
  if (text === undefined) return undefined;
  return textSet(anyCase ? (casedTwins.get(text) ?? text) : text);
}

function propertyText(name: string): string | undefined {
  const [key, value] = name.split('=', 2);
  if (value !== undefined) return keyedText((key ?? '').toLowerCase(), value);
  if (!name.startsWith('Is')) return namedText(name);
  const rest = name.slice(2);
  return own(unicode, rest.toUpperCase()) ?? namedText(rest) ?? scriptText(rest);
}

function keyedText(key: string, value: string): string | undefined {
  if (key === 'sc' || key === 'script') return scriptText(value);
  if (key === 'gc' || key === 'general_category') return namedText(value);
  return undefined;
}

function namedText(name: string): string | undefined {
  return own(named, name) ?? (generalCategory.test(name) ? `\\p{${name}}` : undefined);
}

function scriptText(name: string): string | undefined {
  const script = name.toLowerCase().replace(/(?:^|_)[a-z]/g, (start) => start.toUpperCase());
  const text = `\\p{Script=${script}}`;
  try {
    new RegExp(text, 'v');
    return text;
  } catch {
    return undefined; // no script of this name
  }
}

function own(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
