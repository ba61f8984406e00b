import { atLeast, flag, integer, list, text } from '../../../settings/kinds.ts';
import { defineSetting } from '../../../settings/setting.ts';
import { SignalTable } from '../signals/signal-table.ts';

const SIGNALS = 'Signals';
const SIGNAL_CHANNELS = ['source', 'kafka', 'file', 'jmx', 'in-process'];
const NOTIFICATION_CHANNELS = ['sink', 'log', 'jmx'];

function among(known: readonly string[]): (words: readonly string[]) => string | undefined {
  return (words) => {
    const wrong = words.find((word) => !known.includes(word));
    return wrong === undefined ? undefined : `'${wrong}' is none of ${known.join(', ')}`;
  };
}

/** What operators may ask of a running connector, and what it tells of it. */
export const signalSettings = {
  signalTable: defineSetting<SignalTable | null>({
    name: 'signal.data.collection',
    type: 'STRING',
    defaultText: null,
    group: SIGNALS,
    parse: (value) => (value.trim() === '' ? null : new SignalTable(value.trim())),
    documentation:
      'schema.table whose inserted rows (id, type, data) are signals. It is captured whatever the filters say, and its rows come as records, as with Debezium.',
  }),
  signalChannels: list('signal.enabled.channels', {
    default: 'source',
    group: SIGNALS,
    check: among(SIGNAL_CHANNELS),
    documentation:
      'Where signals are taken from: source (the table), kafka, file. jmx and in-process do not exist here and are accepted without effect. POST /connectors/{name}/signals always works.',
  }),
  signalPollMs: integer('signal.poll.interval.ms', 'LONG', {
    default: '5000',
    importance: 'LOW',
    group: SIGNALS,
    check: atLeast(1),
    documentation: 'How often the file is looked at.',
  }),
  signalFile: text('signal.file', {
    default: 'file-signals.txt',
    group: SIGNALS,
    documentation:
      'File of the channel file, on the worker that runs task 0: one signal per line as JSON. It is taken away when it is read.',
  }),
  signalTopic: text('signal.kafka.topic', {
    optional: true,
    group: SIGNALS,
    documentation:
      "Topic of the channel kafka, with one partition; default: topic.prefix with '-signal' behind it. Signals are records whose key is topic.prefix and whose value is JSON with type and data.",
  }),
  signalBrokers: text('signal.kafka.bootstrap.servers', {
    optional: true,
    group: SIGNALS,
    documentation:
      "Brokers of the channel kafka; default: those of the worker. Further settings of its consumer begin with 'signal.consumer.'.",
  }),
  notificationChannels: list('notification.enabled.channels', {
    default: '',
    group: SIGNALS,
    check: among(NOTIFICATION_CHANNELS),
    documentation:
      'Where the course of snapshots and signals is told: sink (a topic), log. jmx does not exist here and is accepted without effect.',
  }),
  notificationTopic: text('notification.sink.topic.name', {
    optional: true,
    group: SIGNALS,
    documentation: 'Topic of the notification channel sink.',
  }),
  snapshotAddedTables: flag('millrace.snapshot.added.tables', {
    default: 'false',
    group: SIGNALS,
    documentation:
      'Reads tables that a change of the filters adds by an incremental snapshot. What was captured before is known from the time on when this is set.',
  }),
  chunkRows: integer('incremental.snapshot.chunk.size', 'INT', {
    default: '1024',
    group: SIGNALS,
    check: atLeast(1),
    documentation:
      'Most rows of a chunk of an incremental snapshot; a chunk also ends at millrace.snapshot.chunk.bytes. Where it is not set, chunks begin with 1024 rows and get up to 16 times larger or smaller, for answers of the server within 400 ms.',
  }),
  snapshotThreads: integer('snapshot.max.threads', 'INT', {
    default: '1',
    group: SIGNALS,
    check: atLeast(1),
    documentation:
      'How many chunks of an incremental snapshot are read at the same time, each by a connection of its own. An initial snapshot is shared by tasks (tasks.max), of which each reads by one connection.',
  }),
};
