import { choice } from '../../../settings/kinds.ts';
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

/** The same where Debezium takes a few words only; the first one is the default. */
function inertChoice<const W extends string>(name: string, words: readonly [W, ...W[]], reason: string): Setting<W> {
  return choice(name, words, {
    default: words[0],
    importance: 'LOW',
    group: 'Accepted without effect',
    documentation: `Accepted without effect: ${reason}`,
  });
}

const QUEUE = 'there is no queue between reading and sending; memory is bounded in bytes.';
const READING = 'a snapshot streams each table by COPY.';
const HISTORY = 'schemas travel with the records; there is no history of them to fill.';
const SIGNAL_TOPIC = 'no consumer group reads the topic of signals; its place is stored with the source offsets.';

export const inertSettings = {
  maxBatchSize: inert('max.batch.size', '2048', QUEUE),
  maxQueueSize: inert('max.queue.size', '8192', QUEUE),
  maxQueueBytes: inert('max.queue.size.in.bytes', '0', QUEUE),
  pollIntervalMs: inert('poll.interval.ms', '500', 'changes are handed over as they arrive.'),
  snapshotFetchSize: inert('snapshot.fetch.size', '10240', READING),
  queryFetchSize: inert('query.fetch.size', '0', READING),
  snapshotIsolation: inertChoice(
    'snapshot.isolation.mode',
    ['serializable', 'repeatable_read', 'read_committed', 'read_uncommitted'],
    'every row comes from one snapshot (REPEATABLE READ), which is what serializable means for reading; less would mix moments.',
  ),
  snapshotLocking: inertChoice(
    'snapshot.locking.mode',
    ['none', 'shared'],
    'ACCESS SHARE is taken on each table while a chunk of it is read, and a table that was rewritten before is read again: shared gives no more.',
  ),
  basedOnSchema: inert('snapshot.mode.configuration.based.snapshot.schema', 'false', HISTORY),
  basedOnSchemaError: inert('snapshot.mode.configuration.based.snapshot.on.schema.error', 'false', HISTORY),
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
  watermarking: inert(
    'incremental.snapshot.watermarking.strategy',
    'insert_insert',
    'incremental snapshots write nothing to the database.',
  ),
  signalGroup: inert('signal.kafka.groupId', 'kafka-signal', SIGNAL_TOPIC),
  signalPollTimeout: inert('signal.kafka.poll.timeout.ms', '100', SIGNAL_TOPIC),
  metricTags: inert('custom.metric.tags', null, 'JMX does not exist here.'),
};
