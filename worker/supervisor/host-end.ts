import type { TaskFailure } from '../task-host/messages.ts';
import { catalogue } from '../../errors/catalogue.ts';

/** How a task host ended. */
export interface HostEnd {
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of what it wrote on its standard error. */
  readonly errorText: string;
}

function reasonOf({ exitCode, signal, errorText }: HostEnd): string {
  if (/heap out of memory|Allocation failed/i.test(errorText)) return 'it ran out of memory';
  if (signal === 'SIGKILL') return 'it was killed (SIGKILL), by the out-of-memory killer or by hand';
  return signal === null ? `exit code ${String(exitCode)}` : `signal ${signal}`;
}

/** What a task failed of when the process that ran it ended. */
export function hostFailure(end: HostEnd): TaskFailure {
  const message = `the task host (process ${String(end.pid)}) ended: ${reasonOf(end)}`;
  const { advice, retry } = catalogue.HOST_DIED;
  const lines = [`HOST_DIED: ${message}`, `What to do: ${advice}`];
  if (end.errorText !== '') lines.push('The last it wrote:', end.errorText);
  return { code: 'HOST_DIED', message, trace: lines.join('\n'), fencing: false, retry };
}
