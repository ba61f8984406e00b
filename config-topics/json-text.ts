import { isUtf8 } from 'node:buffer';

/** What a JSON member may hold where only flat values are allowed. 64-bit integers beyond 2^53 are bigints. */
export type FlatValue = string | number | bigint | boolean | null;
/** A JSON object of flat values; members in the order of the text (whole-number names first, as JavaScript orders them). */
export type FlatObject = Readonly<Record<string, FlatValue>>;

const LARGEST_LONG = 2n ** 63n - 1n;

/**
 * Parses JSON, every integer exactly: a number where a double holds it (|n| < 2^53), else a bigint. LSNs and transaction ids
 * go beyond that bound. A literal with a fraction or an exponent becomes a number; its spelling is not kept (1.0 reads as 1).
 * Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  // The reviver sees the source text of each primitive (ECMAScript proposal JSON.parse source text access, V8 11.4);
  // TypeScript's declaration does not have the third argument yet.
  const reviver = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' ? exactNumber(value, context?.source) : value;
  return JSON.parse(text, reviver);
}

/** The same of UTF-8 bytes; undefined when they are not JSON. */
export function parseJsonBytes(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  try {
    return parseJson(bytes.toString());
  } catch {
    return undefined; // not JSON: the callers say what that means for them
  }
}

function exactNumber(value: number, source: string | undefined): number | bigint {
  if (Number.isSafeInteger(value) || source === undefined || !/^-?\d+$/.test(source)) return value;
  return BigInt(source);
}

/**
 * A JSON string as the Java workers write it (Jackson, seen with Kafka Connect 4.1.1): `"`, `\` and control characters escaped,
 * and characters beyond U+FFFF as two escapes; hexadecimal digits in capitals; everything else raw UTF-8. Keys of the offset
 * topic are compared by bytes, so the spelling counts.
 */
export function jsonString(text: string): string {
  const quoted = JSON.stringify(text);
  if (!special.test(quoted)) return quoted;
  // Goes from escape to escape, so that a text which only looks like one (`\\u00e9` in a value) stays what it is.
  return quoted.replace(/\\(?:u[0-9a-f]{4}|.)|[\ud800-\udfff]/g, (found) => {
    if (!found.startsWith('\\')) return `\\u${found.charCodeAt(0).toString(16).toUpperCase()}`;
    return found.startsWith('\\u') ? `\\u${found.slice(2).toUpperCase()}` : found;
  });
}

const special = /\\u|[\ud800-\udfff]/;

/** One flat value as JSON. Throws RangeError for what JSON cannot say (NaN, infinities). */
export function jsonValue(value: FlatValue): string {
  if (typeof value === 'string') return jsonString(value);
  if (typeof value === 'number') return jsonNumber(value);
  return String(value);
}

function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${String(value)} has no JSON form`);
  // Integers without exponent up to 64 bits, as the Java writer prints a long; larger ones can only be doubles.
  const digits = Number.isInteger(value) ? BigInt(value) : undefined;
  return digits !== undefined && digits <= LARGEST_LONG && digits >= -LARGEST_LONG - 1n
    ? String(digits)
    : String(value);
}

/** A flat object as compact JSON, members in their order. */
export function jsonObject(value: FlatObject): string {
  const members = Object.entries(value).map(([name, member]) => `${jsonString(name)}:${jsonValue(member)}`);
  return `{${members.join(',')}}`;
}

/** True for a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The names of members that are not flat (objects and arrays), in order. */
export function nestedMembers(value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value)
    .filter(([, member]) => typeof member === 'object' && member !== null)
    .map(([name]) => name);
}
