import { ConnectorError } from '../../errors/connector-error.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SourceConnector } from '../source-connector.ts';
import { LoadTask } from './load-task.ts';
import { loadSettings } from './settings.ts';

/** Generated records, at a rate, in any number of tasks, with failures on demand: in the manner of Kafka's VerifiableSourceConnector. */
export const loadConnector: SourceConnector = {
  className: 'millrace.LoadSourceConnector',
  aliases: ['load'],
  version: '0.1.0',
  settings: loadSettings,
  output: 'records',
  exactlyOnceSupport: () => 'supported',
  validate: () => Promise.resolve([]),
  taskConfigs: (config, maxTasks) =>
    Array.from({ length: maxTasks }, () => ({ ...config, 'task.class': 'millrace.LoadSourceTask' })),
  createTask: (context) => new LoadTask(context, parseSettings(loadSettings, context.config).values),

  checkOffsets(_config, offsets) {
    for (const { partition, offset } of offsets) {
      const { id } = partition;
      if (Object.keys(partition).length !== 1 || !isInteger(id))
        throw new ConnectorError('OFFSET_INVALID', 'the partition of an offset of this connector is {"id": TASK}');
      if (offset !== null && !isInteger(offset['seqno']))
        throw new ConnectorError(
          'OFFSET_INVALID',
          `the offset of task ${id} is {"seqno": N}, the number of the last record that was made`,
        );
    }
  },
};

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value);
}
