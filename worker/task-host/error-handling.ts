import type { TaskLog } from '../../connectors/source-connector.ts';
import type { OnTooLarge } from '../../kafka/sender/sender.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';
import type { TaskOrder } from './messages.ts';
import { RecordErrors, StageFailure, type ErrorHandling } from './record-errors.ts';
import { tooLargeText } from './record-text.ts';

/** As Connect names it in its log, where it sends records. */
const SENDING_CLASS = 'org.apache.kafka.connect.runtime.WorkerSourceTask';

/** Decides about the records of a task that fail. Throws CONFIG_INVALID. */
export function recordErrorsOf(order: TaskOrder, log: TaskLog): RecordErrors {
  return new RecordErrors({
    id: `${order.connector}-${order.task}`,
    handling: errorHandling(order.connectorConfig),
    log,
  });
}

/** For records that Kafka does not take because of their size; undefined: they end the task. */
export function leavingOut(failures: RecordErrors): OnTooLarge | undefined {
  if (!failures.tolerates) return undefined;
  return (record) =>
    failures.leftOut(new StageFailure('KAFKA_PRODUCE', SENDING_CLASS, record.error), () => tooLargeText(record));
}

function errorHandling(config: Readonly<Record<string, string>>): ErrorHandling {
  const { values } = parseSettings(connectorSettings, config);
  return {
    retryTimeoutMs: values.errorsRetryTimeout,
    retryDelayMaxMs: values.errorsRetryDelayMaxMs,
    tolerance: values.errorsTolerance,
    logs: values.errorsLogEnable,
    logsRecords: values.errorsLogIncludeMessages,
  };
}
