import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { SourceConfig } from '../source-config.ts';

/** guardrail.collections.max: throws, or tells, when the filters match more tables than are meant to be captured. */
export function guardTables(
  { tablesMax, tablesMaxAction }: Pick<SourceConfig, 'tablesMax' | 'tablesMaxAction'>,
  tables: number,
  log: Pick<TaskLog, 'warn'>,
): void {
  if (tablesMax === 0 || tables <= tablesMax) return;
  const message = `${tables} tables match the filters, more than the ${tablesMax} of guardrail.collections.max`;
  if (tablesMaxAction === 'fail') throw new ConnectorError('CONFIG_INVALID', message);
  log.warn({}, message);
}
