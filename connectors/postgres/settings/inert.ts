import { defineSetting, type Setting } from '../../../settings/setting.ts';

/** A setting of Debezium that changes nothing here, because what it tunes does not exist in this implementation. */
function inert(name: string, defaultText: string | null, reason: string): Setting<string | null> {
  return defineSetting<string | null>({
    name,
    type: 'STRING',
    defaultText,
    importance: 'LOW',
    group: 'Accepted without effect',
    documentation: `Accepted without effect: ${reason}`,
    parse: (text) => text.trim(),
  });
}

const QUEUE = 'there is no queue between reading and sending; memory is bounded in bytes.';
const READING = 'a snapshot streams each table by COPY.';
const SIGNALS = 'signals and notifications are not built yet.';

export const inertSettings = {
  maxBatchSize: inert('max.batch.size', '2048', QUEUE),
  maxQueueSize: inert('max.queue.size', '8192', QUEUE),
  maxQueueBytes: inert('max.queue.size.in.bytes', '0', QUEUE),
  pollIntervalMs: inert('poll.interval.ms', '500', 'changes are handed over as they arrive.'),
  snapshotFetchSize: inert('snapshot.fetch.size', '10240', READING),
  queryFetchSize: inert('query.fetch.size', '0', READING),
  snapshotThreads: inert('snapshot.max.threads', '1', 'tasks.max says how many tasks share a snapshot.'),
  snapshotIsolation: inert(
    'snapshot.isolation.mode',
    'serializable',
    'a snapshot reads in one REPEATABLE READ transaction.',
  ),
  snapshotLocking: inert('snapshot.locking.mode', 'none', 'ACCESS SHARE is taken on each table while it is read.'),
  tableOrder: inert('snapshot.tables.order.by.row.count', 'disabled', 'tables are read in the order of their names.'),
  xminInterval: inert('xmin.fetch.interval.ms', '0', 'source.xmin is always null.'),
  schemaRefresh: inert(
    'schema.refresh.mode',
    'columns_diff',
    'each change is read by the columns as of its place in the log.',
  ),
  readOnly: inert('read.only', 'false', 'nothing is written to the database but by heartbeat.action.query.'),
  maxRetries: inert('errors.max.retries', '-1', 'connections are opened again without limit.'),
  restartWaitMs: inert(
    'retriable.restart.connector.wait.ms',
    '10000',
    'the time between tries grows from 0.2 to 10 s.',
  ),
  flushTimeoutMs: inert('lsn.flush.timeout.ms', '30000', 'confirming a position never waits.'),
  flushTimeoutAction: inert('lsn.flush.timeout.action', 'fail', 'confirming a position never waits.'),
  signalCollection: inert('signal.data.collection', null, SIGNALS),
  signalChannels: inert('signal.enabled.channels', 'source', SIGNALS),
  signalInterval: inert('signal.poll.interval.ms', '5000', SIGNALS),
  notificationChannels: inert('notification.enabled.channels', null, SIGNALS),
  chunkSize: inert('incremental.snapshot.chunk.size', '1024', 'incremental snapshots are not built yet.'),
  watermarking: inert(
    'incremental.snapshot.watermarking.strategy',
    'insert_insert',
    'incremental snapshots are not built yet.',
  ),
  metricTags: inert('custom.metric.tags', null, 'JMX does not exist here.'),
  guardrailMax: inert('guardrail.collections.max', '0', 'the number of tables is not limited.'),
  guardrailAction: inert('guardrail.collections.limit.action', 'warn', 'the number of tables is not limited.'),
};
