import { ConnectorError } from '../errors/connector-error.ts';
import { traceText } from '../errors/trace-text.ts';
import { redactText } from './redaction.ts';

/** Why the process ends, for standard error: what is wrong, the code, what to do; the trace only when asked for. */
export function fatalText(error: unknown, withTrace: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`millrace: ${message}`];
  if (error instanceof ConnectorError) lines.push(`${error.code}: ${error.advice}`);
  else lines.push('INTERNAL: Not a foreseen error. Start again with log.level=debug for its trace, and report it.');
  if (withTrace) lines.push(traceText(error));
  return redactText(lines.join('\n'));
}

/** The same for the log: a foreseen error needs no stack to be understood, any other does. */
export function fatalFields(error: unknown): Record<string, unknown> {
  return error instanceof ConnectorError ? { code: error.code, reason: error.message } : { err: error };
}
