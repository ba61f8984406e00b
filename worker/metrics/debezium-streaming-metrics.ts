import { inContext, truth, type DebeziumDefinition } from './debezium-definition.ts';

const streaming = inContext('streaming');

/** An LSN `X/X` as a number: a text in a label would make a new series with every change. */
function positionNumber(position: string | null): number | null {
  const [, high, low] = /^([0-9A-F]+)\/([0-9A-F]+)$/.exec(position ?? '') ?? [];
  if (high === undefined || low === undefined) return null;
  return Number((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`));
}

/** ConnectionMetricsMXBean, CommonEventMetricsMXBean, StreamingMetricsMXBean and QueueMetricsMXBean as far as they fit. */
export const debeziumStreamingMetrics: readonly DebeziumDefinition[] = [
  streaming('Connected', '1 while connected to the source.', ({ source }) => truth(source.connected)),
  streaming(
    'MilliSecondsBehindSource',
    'Age of the oldest change that may not be in Kafka yet; 0 when there is none, also while the source is idle.',
    ({ source }) => source.lagMs,
  ),
  streaming(
    'MilliSecondsSinceLastEvent',
    'Since the source handed over an event; -1: none yet.',
    ({ progress, now }) => (progress.lastRecordMs === null ? -1 : Math.max(0, now - progress.lastRecordMs)),
  ),
  streaming(
    'TotalNumberOfEventsSeen',
    "Changes read from the source's log in this run, those of tables that are not captured included; skipped.operations are not.",
    ({ source: { changes } }) => changes.creates + changes.updates + changes.deletes + changes.truncates,
  ),
  streaming('TotalNumberOfCreateEventsSeen', 'Inserts among them.', ({ source }) => source.changes.creates),
  streaming('TotalNumberOfUpdateEventsSeen', 'Updates among them.', ({ source }) => source.changes.updates),
  streaming('TotalNumberOfDeleteEventsSeen', 'Deletes among them.', ({ source }) => source.changes.deletes),
  streaming(
    'NumberOfEventsFiltered',
    'Changes among them of tables that are not captured (include and exclude lists).',
    ({ source }) => source.changes.filtered,
  ),
  streaming(
    'NumberOfErroneousEvents',
    'Records of this run, those of a snapshot included, that failed for good: transforms, converters (Debezium: what it cannot decode, which ends a task here).',
    ({ progress }) => progress.errors.errors,
  ),
  streaming(
    'NumberOfCommittedTransactions',
    'Transactions of the source read in this run.',
    ({ source }) => source.transactions,
  ),
  streaming(
    'LastEvent',
    'When the newest change that Kafka holds was committed at the source, epoch milliseconds (Debezium: a text).',
    ({ source }) => source.lastEventMs,
  ),
  streaming('LastTransactionId', 'Id of the last transaction read.', ({ source: { lastTransaction } }) =>
    /^\d+$/.test(lastTransaction ?? '') ? Number(lastTransaction) : null,
  ),
  streaming(
    'SourceEventPosition',
    'Kafka holds everything before this position: the LSN as a number (Debezium: a map of texts).',
    ({ source }) => positionNumber(source.position),
  ),
  streaming('CurrentQueueSizeInBytes', 'Bytes read and not acknowledged yet.', ({ progress }) => progress.pendingBytes),
  streaming('MaxQueueSizeInBytes', 'Bytes at which the source is paused.', ({ progress }) => progress.capacityBytes),
];
