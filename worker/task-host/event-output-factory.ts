import type { SourceConnector, TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { chooseConverters, createConverters, isDirect } from '../../formats/converters/converter-choice.ts';
import type { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { debeziumFormat, debeziumRecords } from '../../formats/debezium/debezium-format.ts';
import type { Transform } from '../../transforms/transform.ts';
import { EncodedOutput } from './encoded-output.ts';
import type { EventOutput } from './event-output.ts';
import type { TaskOrder } from './messages.ts';
import type { RecordErrors } from './record-errors.ts';
import type { OutputTopic } from './record-output.ts';
import { StructuredOutput } from './structured-output.ts';

/** Builds the way of a task's events once it is known how topics are opened. */
export type EventOutputFactory = <T extends OutputTopic>(openTopic: (name: string) => Promise<T>) => EventOutput;

export interface EventOutputParts {
  readonly order: TaskOrder;
  readonly output: SourceConnector['output'];
  readonly log: TaskLog;
  readonly signal: AbortSignal;
  readonly converters: ConverterRegistry;
  readonly failures: RecordErrors;
  /** The connector's transforms as one; undefined: there are none. */
  readonly chain?: Transform | undefined;
}

/**
 * Chooses how a task's events become records: the direct way for row changes as JSON without transforms, the structured one for
 * everything else. Throws CONFIG_INVALID with the first problem of the configuration.
 */
export function eventOutputFactory({
  order,
  output,
  log,
  signal,
  converters,
  failures,
  chain,
}: EventOutputParts): EventOutputFactory {
  const { connectorConfig, workerConverters, task } = order;
  const { choice, problems } = chooseConverters(converters, connectorConfig, workerConverters);
  const [problem] = problems;
  if (choice === undefined || problem !== undefined)
    throw new ConnectorError('CONFIG_INVALID', problem?.message ?? 'there is no converter');
  const structured = { converters: createConverters(choice), errors: failures, chain, signal };
  if (output === 'records') return (openTopic) => new StructuredOutput({ ...structured, openTopic });
  const surroundings = { task, warn: (message: string) => log.warn({}, message) };
  if (chain !== undefined || !isDirect(choice)) {
    const format = debeziumRecords(connectorConfig, surroundings);
    return (openTopic) => new StructuredOutput({ ...structured, format, openTopic });
  }
  const format = debeziumFormat(connectorConfig, workerConverters, surroundings);
  return (openTopic) =>
    new EncodedOutput({ format, openTopic, failures, structured: new StructuredOutput({ ...structured, openTopic }) });
}
