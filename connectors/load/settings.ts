import { atLeast, choice, integer, text } from '../../settings/kinds.ts';

const group = 'Load';

/** What is generated, how fast, and what is to go wrong. */
export const loadSettings = {
  topic: text('topic', {
    group,
    required: true,
    importance: 'HIGH',
    documentation: 'The topic that gets the records of all tasks.',
    check: (value) => (value === '' ? 'String must be non-empty' : undefined),
  }),
  throughput: integer('throughput', 'INT', {
    group,
    default: '10',
    importance: 'HIGH',
    documentation: 'Records per second of each task; -1: as fast as Kafka takes them.',
    check: atLeast(-1),
  }),
  recordsMax: integer('records.max', 'LONG', {
    group,
    default: '-1',
    documentation:
      'How many records each task makes in all, counted over restarts; -1: no end. The task then stays idle.',
    check: atLeast(-1),
  }),
  keys: integer('keys', 'INT', {
    group,
    default: '1000',
    documentation: 'How many different keys each task uses, in turn.',
    check: atLeast(1),
  }),
  valueBytes: integer('value.bytes', 'INT', {
    group,
    default: '100',
    documentation: 'Size of the text that fills each value.',
    check: atLeast(0),
  }),
  intervalMs: integer('interval.ms', 'INT', {
    group,
    default: '500',
    importance: 'LOW',
    documentation: 'How often the records that are due are handed over.',
    check: atLeast(1),
  }),
  failureKind: choice('failure.kind', ['none', 'retriable', 'fatal', 'crash', 'hang'], {
    group,
    default: 'none',
    documentation:
      'What goes wrong: an error that a restart mends, one that it does not, the end of the whole process, or a task that does nothing any more and does not stop. What was made before is in Kafka by then, except with `crash`.',
  }),
  failureAfter: integer('failure.after.records', 'LONG', {
    group,
    default: '100',
    documentation: 'After how many records of one start of the task it goes wrong.',
    check: atLeast(0),
  }),
  failureTask: integer('failure.task', 'INT', {
    group,
    default: '-1',
    documentation: 'The number of the task in which it goes wrong; -1: in every one.',
    check: atLeast(-1),
  }),
};
