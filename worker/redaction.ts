import { withoutSalts } from './salted-keys.ts';
import { isSecretKey } from './secret-keys.ts';

const hidden = '[hidden]';
/** Bounds of one log line: what is longer or deeper is cut, so that a log line never holds a row or a whole response. */
const maxText = 16_384;
const maxDepth = 6;
const maxEntries = 200;

/** `password="x"`, `secret: x`, as in JAAS texts, connection strings and error texts that quote them. */
const assignment =
  /((?:password|passwd|passphrase|secret|token)["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*(?:"|$)|'(?:[^'\\]|\\.)*'|[^\s,;&"']+)/gi;
/** `scheme://user:password@host` */
const userInfo = /(:\/\/[^\s:/@]*:)[^\s/@]+@/g;

/** A text without the secrets that its own words give away, cut at a bound. */
export function redactText(text: string): string {
  const cut = text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
  return withoutSalts(cut).replace(assignment, `$1${hidden}`).replace(userInfo, `$1${hidden}@`);
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const shown: Record<string, unknown> = { type: error.name, message: redactText(error.message) };
  if ('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')) shown['code'] = error.code;
  if (error.stack !== undefined) shown['stack'] = redactText(error.stack);
  if (error.cause !== undefined) shown['cause'] = redactValue(error.cause, depth + 1);
  return shown;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) return '…';
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((entry: unknown) => redactValue(entry, depth + 1));
  const entries =
    value instanceof Map ? [...value].map(([key, entry]) => [String(key), entry] as const) : Object.entries(value);
  return Object.fromEntries(
    entries
      .slice(0, maxEntries)
      .map(([key, entry]) => [
        withoutSalts(key),
        isSecretKey(key) && entry !== null ? hidden : redactValue(entry, depth + 1),
      ]),
  );
}

/** Log fields without secrets: by name of the field at any depth, and by pattern within texts. Errors keep their causes. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      isSecretKey(key) && value !== null && value !== undefined ? hidden : redactValue(value, 0),
    ]),
  );
}
