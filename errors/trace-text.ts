import { ConnectorError } from './connector-error.ts';

/**
 * The text of Connect's `trace` field: the error with its code and advice, then the chain of causes with the stack of the
 * innermost one, so that an operator reads the reason first and a developer finds the place.
 */
export function traceText(error: unknown): string {
  const lines: string[] = [];
  let current: unknown = error;
  const seen = new Set<unknown>();
  let innermost: Error | undefined;
  while (current !== undefined && current !== null && !seen.has(current)) {
    seen.add(current);
    const prefix = lines.length === 0 ? '' : 'Caused by: ';
    if (current instanceof ConnectorError) {
      lines.push(`${prefix}${current.code}: ${current.message}`);
      if (lines.length === 1) lines.push(`What to do: ${current.advice}`);
    } else if (current instanceof Error) {
      lines.push(`${prefix}${current.name}: ${current.message}`);
    } else {
      lines.push(`${prefix}${typeof current === 'string' ? current : JSON.stringify(current)}`);
      break;
    }
    innermost = current;
    current = current.cause;
  }
  for (const frame of innermost?.stack?.split('\n') ?? [])
    if (/^\s+at /.test(frame)) lines.push(frame.replace(/^\s+/, '\t'));
  return lines.join('\n');
}
