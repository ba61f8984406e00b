import { z } from 'zod';
import type { TaskSignal } from '../../task-signal.ts';
import { SignalError } from './signal-command.ts';

const line = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  type: z.string(),
  data: z.union([z.record(z.string(), z.unknown()), z.string()]).nullish(),
});

/** A signal as JSON, `{"id": …, "type": …, "data": {…}}`; `id`: where it has none of its own. Throws SignalError. */
export function signalOf(text: string, id: string): TaskSignal {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new SignalError('the signal is not valid JSON');
  }
  const result = line.safeParse(given);
  if (!result.success) throw new SignalError('a signal is an object with "type" and, where it needs one, "data"');
  const { data } = result.data;
  return {
    id: String(result.data.id ?? id),
    type: result.data.type,
    data: data === null || data === undefined ? null : typeof data === 'string' ? data : JSON.stringify(data),
  };
}
