import { parseJson } from '../../config-topics/json-text.ts';
import type { RawAnswer } from '../worker/rest-fixture.ts';

/** JSON with integers of any size. */
export type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** An answer without what is different in every run. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: no body; a text where it is not JSON. */
  readonly body: Json | undefined;
}

/** What stands for itself on one side only, e.g. the name of its database, and what to show in its place. */
export type Names = ReadonlyMap<string, string>;

const comparedHeaders = ['content-type', 'location', 'allow', 'www-authenticate', 'access-control-allow-origin'];

function isJson(value: unknown): value is Json {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isJson);
}

function parsed(text: string): Json | undefined {
  if (text === '') return undefined;
  try {
    const value: unknown = parseJson(text);
    return isJson(value) ? value : text;
  } catch {
    return text; // a text is an answer too, e.g. of OPTIONS
  }
}

const volatile: Readonly<Record<string, (value: Json) => Json>> = {
  version: (value) => (typeof value === 'string' ? '<version>' : value),
  commit: () => '<commit>',
  trace: () => '<trace>',
  last_modified: (value) => (value === null ? null : '<time>'),
};

function masked(value: Json): Json {
  if (Array.isArray(value)) return value.map((entry: Json) => masked(entry));
  if (typeof value !== 'object' || value === null) return value;
  // What restarts is shown with the version of its last status, which has none between a stop and a start.
  const restarts = 'state' in value && value['state'] === 'RESTARTING';
  const members = Object.entries(value).map(([name, member]: [string, Json]): [string, Json] => {
    if (restarts && name === 'version') return [name, '<version>'];
    return [name, volatile[name]?.(member) ?? masked(member)];
  });
  return Object.fromEntries(members);
}

function withNames(text: string, names: Names): string {
  let shown = text;
  for (const [name, instead] of names) shown = shown.replaceAll(name, instead);
  return shown.replace(/began at [\dTZ:.-]+/g, 'began at <time>');
}

/** Methods are a set. */
function inOrder(methods: string): string {
  return methods.split(/,\s*/).sort().join(', ');
}

/** An answer as it is compared. */
export function comparable(raw: RawAnswer, names: Names): Answer {
  const headers: Record<string, string> = {};
  for (const name of comparedHeaders) {
    const value = raw.headers[name];
    if (value !== undefined) headers[name] = withNames(String(value), names);
  }
  if (headers['allow'] !== undefined) headers['allow'] = inOrder(headers['allow']);
  const text = withNames(raw.text, names);
  const body = parsed(headers['content-type'] === 'text/plain' ? inOrder(text) : text);
  return { status: raw.status, headers, body: body === undefined ? undefined : masked(body) };
}
