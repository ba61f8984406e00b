import { z } from 'zod';
import { parseJson } from '../../config-topics/json-text.ts';
import { RestError } from '../herder/rest-error.ts';

/** Configuration values: numbers and booleans have become texts while parsing. */
const config = z.record(z.string(), z.string().nullable());

export const createBody = z.strictObject({
  name: z.string().nullish(),
  config,
  initial_state: z.string().nullish(),
});
export const configBody = config;
export const taskConfigsBody = z.array(z.record(z.string(), z.string()));
export const finishedBody = z.strictObject({ detail: z.string() });

const flat = z.record(z.string(), z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()]));
export const offsetsBody = z.strictObject({
  offsets: z.array(z.strictObject({ partition: flat, offset: flat.nullable() })).nullish(),
});

export const signalBody = z.strictObject({
  id: z.string().nullish(),
  type: z.string(),
  /** An object, or the text of one, as in a table of signals. */
  data: z.union([z.record(z.string(), z.unknown()), z.string()]).nullish(),
});

/**
 * What the JSON parser has against a text, without the piece of the text that V8 quotes: it may be a password. V8 gives a
 * position for most faults; `Unexpected end of JSON input` says where by itself.
 */
function faultText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/,? (?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON$/, '');
}

/** Numbers keep their spelling and booleans become words, since every value of a configuration is a text. */
function parseSettingsJson(text: string): unknown {
  const reviver = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === 'number' || typeof value === 'boolean' ? (context?.source ?? String(value)) : value;
  return JSON.parse(text, reviver);
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the body' : path.map(String).join('.');
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `Unrecognized field ${issue.keys.map((key) => `"${key}"`).join(', ')} in ${placeOf(issue.path)}`;
  if (issue.code === 'invalid_type')
    return `Cannot deserialize value: ${placeOf(issue.path)} must be ${issue.expected === 'record' ? 'an object' : `of type ${issue.expected}`}`;
  if (issue.code === 'invalid_union')
    return `Cannot deserialize value: ${placeOf(issue.path)} must be a string, a number, a boolean or null`;
  return `Cannot deserialize value: ${placeOf(issue.path)}: ${issue.message}`;
}

/** A body that is no JSON or not what was asked for: 400 here, 500 in Connect, see `rest.json.errors`. */
export class BodyError extends RestError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(400, message, options);
  }
}

/** Parses and checks a body. BodyError that names what is wrong and where, never quoting a value. */
export function readBody<T>(
  text: string | undefined,
  schema: z.ZodType<T>,
  kind: 'settings' | 'offsets' = 'settings',
): T {
  if (text === undefined) throw new BodyError('This request needs a JSON body, and there is none');
  let parsed: unknown;
  try {
    parsed = kind === 'settings' ? parseSettingsJson(text) : parseJson(text);
  } catch (error) {
    throw new BodyError(`The request body is not valid JSON: ${faultText(error)}`, { cause: error });
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  throw new BodyError(checked.error.issues.map(issueText).join('; '));
}
