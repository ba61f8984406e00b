import { z } from 'zod';
import { javaPattern } from '../../../settings/java-pattern.ts';
import { SettingValueError } from '../../../settings/setting.ts';
import type { TaskSignal } from '../../task-signal.ts';
import { newRun } from '../../snapshot/snapshot-records.ts';
import type { BlockingRequest } from '../blocking/blocking-request.ts';
import type { SnapshotRequest } from '../incremental/snapshot-request.ts';

/** What a signal asks for. */
export type SignalCommand =
  | { readonly kind: 'log'; readonly message: string }
  | { readonly kind: 'execute'; readonly request: SnapshotRequest }
  | { readonly kind: 'block'; readonly request: BlockingRequest }
  /** Null: everything. */
  | { readonly kind: 'stop'; readonly collections: readonly string[] | null }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' };

/** A signal that cannot be obeyed, with the reason for whoever sent it. */
export class SignalError extends Error {
  override readonly name = 'SignalError';
}

const TYPES = ['execute-snapshot', 'stop-snapshot', 'pause-snapshot', 'resume-snapshot', 'log'] as const;

const collections = z.array(z.string().trim().min(1));
const kind = z.string().optional();
const executeData = z.object({
  type: kind,
  'data-collections': collections.min(1),
  'additional-conditions': z.array(z.object({ 'data-collection': z.string(), filter: z.string() })).optional(),
  'surrogate-key': z.string().nullish(),
});
const stopData = z.object({ type: kind, 'data-collections': collections.optional() });
const logData = z.object({ message: z.string() });
const anyData = z.record(z.string(), z.unknown());

/** What a signal means, as Debezium documents signals. Throws SignalError. */
export function signalCommand({ id, type, data }: TaskSignal): SignalCommand {
  switch (type) {
    case 'log':
      return { kind: 'log', message: parsed(logData, type, data).message };
    case 'execute-snapshot':
      return executionOf(id, parsed(executeData, type, data));
    case 'stop-snapshot': {
      const given = parsed(stopData, type, data);
      incrementalOnly(given.type);
      const names = given['data-collections'] ?? [];
      return { kind: 'stop', collections: names.length === 0 ? null : patterns(names) };
    }
    case 'pause-snapshot':
    case 'resume-snapshot':
      parsed(anyData, type, data);
      return { kind: type === 'pause-snapshot' ? 'pause' : 'resume' };
    default:
      throw new SignalError(`there is no signal of type '${type}'; there are: ${TYPES.join(', ')}`);
  }
}

function executionOf(id: string, given: z.infer<typeof executeData>): SignalCommand {
  const conditions = (given['additional-conditions'] ?? []).map((condition) => ({
    collection: condition['data-collection'],
    filter: condition.filter,
  }));
  patterns(conditions.map(({ collection }) => collection));
  const names = patterns(given['data-collections']);
  const filters = conditions.filter(({ filter }) => filter.trim() !== '');
  if (given.type?.toLowerCase() === 'blocking') {
    if (given['surrogate-key'] != null) throw new SignalError('a blocking snapshot has no use for a surrogate-key');
    return { kind: 'block', request: { id, run: newRun(), collections: names, filters } };
  }
  incrementalOnly(given.type);
  const surrogateKey = given['surrogate-key'] ?? null;
  return { kind: 'execute', request: { id, collections: names, conditions: filters, surrogateKey } };
}

/** Debezium's default, and the only type of snapshot that can be stopped. */
function incrementalOnly(type: string | undefined): void {
  if (type === undefined || type.toLowerCase() === 'incremental') return;
  throw new SignalError(`a snapshot of type '${type}' cannot be asked for here; use "type": "incremental"`);
}

/** The same names, each of which is a regular expression that can be used. */
function patterns(names: readonly string[]): string[] {
  for (const name of names)
    try {
      javaPattern(name);
    } catch (error) {
      if (!(error instanceof SettingValueError)) throw error;
      throw new SignalError(`data-collections: '${name}' is no regular expression: ${error.message}`);
    }
  return [...names];
}

function parsed<T>(shape: z.ZodType<T>, type: string, data: string | null): T {
  let given: unknown;
  try {
    given = data === null || data.trim() === '' ? {} : JSON.parse(data);
  } catch {
    throw new SignalError(`the data of the signal ${type} is not valid JSON`);
  }
  const result = shape.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw new SignalError(`the data of the signal ${type}: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`);
}
