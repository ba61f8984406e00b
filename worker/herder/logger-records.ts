import type { TaskLog } from '../../connectors/source-connector.ts';
import { parseLogLevel, type LogLevels } from '../log-levels.ts';

/** Acts upon a record that sets a level for the whole cluster; one that names no level is reported and left alone. */
export function applyLoggerLevel(
  levels: LogLevels,
  log: TaskLog,
  { namespace, level }: { readonly namespace: string; readonly level: string },
): void {
  const parsed = parseLogLevel(level);
  if (parsed === undefined) {
    log.warn({ namespace, level }, 'config topic: ignoring a level for loggers that is none');
    return;
  }
  const changed = levels.set(namespace, parsed, Date.now());
  log.info({ namespace, level: parsed, changed: changed.length }, 'log level set for the whole cluster');
}
