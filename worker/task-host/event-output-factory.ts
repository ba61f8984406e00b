import type { SourceConnector, TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { chooseConverters, createConverters } from '../../formats/converters/converter-choice.ts';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { debeziumFormat } from '../../formats/debezium/debezium-format.ts';
import { EncodedOutput } from './encoded-output.ts';
import type { EventOutput } from './event-output.ts';
import type { TaskOrder } from './messages.ts';
import type { OutputTopic } from './record-output.ts';
import { StructuredOutput } from './structured-output.ts';

/** Builds the way of a task's events once it is known how topics are opened. */
export type EventOutputFactory = <T extends OutputTopic>(openTopic: (name: string) => Promise<T>) => EventOutput;

/**
 * Chooses how a task's events become records: the direct way for row changes as JSON, the structured one for everything else.
 * Throws CONFIG_INVALID with the first problem of the configuration.
 */
export function eventOutputFactory(
  order: TaskOrder,
  output: SourceConnector['output'],
  log: TaskLog,
): EventOutputFactory {
  const { choice, problems } = chooseConverters(new ConverterRegistry(), order.connectorConfig, order.workerConverters);
  const [problem] = problems;
  if (choice === undefined || problem !== undefined)
    throw new ConnectorError('CONFIG_INVALID', problem?.message ?? 'there is no converter');
  const converters = createConverters(choice);
  if (output === 'records') return (openTopic) => new StructuredOutput({ converters, openTopic });
  const format = debeziumFormat(order.connectorConfig, order.workerConverters, {
    task: order.task,
    warn: (message) => log.warn({}, message),
  });
  return (openTopic) =>
    new EncodedOutput({ format, openTopic, structured: new StructuredOutput({ converters, openTopic }) });
}
