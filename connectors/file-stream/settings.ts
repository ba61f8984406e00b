import { atLeast, integer, list, text } from '../../settings/kinds.ts';

const group = 'File';

/** The settings of Kafka's FileStreamSourceConnector, and `files` beside them. */
export const fileStreamSettings = {
  file: text('file', {
    group,
    optional: true,
    importance: 'HIGH',
    documentation: 'The file to read, line by line, and to follow as it grows.',
  }),
  files: list('files', {
    group,
    default: '',
    documentation: 'More files to read, separated by commas. They are spread over up to tasks.max tasks.',
  }),
  topic: text('topic', {
    group,
    required: true,
    importance: 'HIGH',
    documentation: 'The topic that gets one record for each line.',
    check: (value) => (value === '' ? 'String must be non-empty' : undefined),
  }),
  batchSize: integer('batch.size', 'INT', {
    group,
    default: '2000',
    importance: 'LOW',
    documentation: 'The most lines handed over at once.',
    check: atLeast(1),
  }),
  maxLineBytes: integer('max.line.bytes', 'INT', {
    group,
    default: '1048576',
    importance: 'LOW',
    documentation: 'The longest line in bytes. A longer one fails the task instead of taking ever more memory.',
    check: atLeast(1),
  }),
};
