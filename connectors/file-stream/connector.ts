import { ConnectorError } from '../../errors/connector-error.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { ConnectorConfig, SourceConnector } from '../source-connector.ts';
import { FileStreamTask } from './file-stream-task.ts';
import { fileStreamSettings } from './settings.ts';

const TASK_CLASS = 'org.apache.kafka.connect.file.FileStreamSourceTask';

/** Lines of files: the configuration and the offsets of Kafka's FileStreamSourceConnector. For trying things out. */
export const fileStreamConnector: SourceConnector = {
  className: 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  aliases: [],
  version: '0.1.0',
  settings: fileStreamSettings,
  output: 'records',
  exactlyOnceSupport: () => 'supported',

  validate(config) {
    if (filesOf(config).length > 0) return Promise.resolve([]);
    return Promise.resolve([
      { setting: 'file', message: 'Missing required configuration "file": name the file, or several in "files".' },
    ]);
  },

  /** The files are dealt out; one file is read by one task, since its lines have one order. */
  taskConfigs(config, maxTasks) {
    const files = filesOf(config);
    const count = Math.min(maxTasks, files.length);
    return Array.from({ length: count }, (_, task) => {
      const [file = '', ...more] = files.filter((_name, index) => index % count === task);
      return { ...config, 'task.class': TASK_CLASS, file, files: more.join(',') };
    });
  },

  createTask(context) {
    const { values } = parseSettings(fileStreamSettings, context.config);
    const { topic, batchSize, maxLineBytes } = values;
    return new FileStreamTask(context, { files: filesOf(context.config), topic, batchSize, maxLineBytes });
  },

  checkOffsets(config, offsets) {
    const files = filesOf(config);
    for (const { partition, offset } of offsets) {
      const file = partition['filename'];
      if (Object.keys(partition).length !== 1 || typeof file !== 'string' || !files.includes(file))
        throw new ConnectorError(
          'OFFSET_INVALID',
          `the partition of an offset of this connector is {"filename": F}, F one of ${files.join(', ')}`,
        );
      const position = offset?.['position'];
      if (offset !== null && !(isInteger(position) && BigInt(position) >= 0n))
        throw new ConnectorError(
          'OFFSET_INVALID',
          `the offset of ${file} is {"position": N}, N a byte of the file from 0`,
        );
    }
  },
};

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function filesOf(config: ConnectorConfig): string[] {
  const { values } = parseSettings(fileStreamSettings, config);
  const file = values.file ?? '';
  return [...new Set([...(file === '' ? [] : [file]), ...values.files])];
}
