import type { SourceOffset, SourcePartition } from '../../connectors/change-batch.ts';
import type { TaskContext, TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { decodeOffsetKey, decodeOffsetValue } from '../../config-topics/offset-codec.ts';
import type { Lease } from './lease.ts';
import type { TaskOrder } from './messages.ts';
import type { OutputTopic } from './record-output.ts';
import type { Pipeline } from './pipeline.ts';
import type { TaskOffsets } from './task-offsets.ts';
import { watchTopic } from './topic-watch.ts';

export interface ContextParts<T extends OutputTopic> {
  readonly order: TaskOrder;
  readonly pipeline: Pipeline<T>;
  readonly offsets: TaskOffsets;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly log: TaskLog;
  readonly started: () => void;
  readonly finished: (detail: string) => void;
}

/** What a connector's task sees of its host. */
export function taskContext<T extends OutputTopic>(parts: ContextParts<T>): TaskContext {
  const { order, pipeline, offsets, lease, signal, log, started, finished } = parts;
  return {
    connector: order.connector,
    task: order.task,
    config: order.taskConfig,
    applicationName: `millrace/${order.groupId}/${order.connector}/${order.task}/${order.incarnation}`,
    signal,
    log,
    started,
    finished,
    definesTransactions: pipeline.definesTransactions,
    emit: (batch) => pipeline.emit(batch),
    commitNow: () => pipeline.commitNow(),
    mayConfirm: () => lease.valid(),
    watchTopic: (watched, onRecord) => watchTopic({ order, log }, watched, onRecord),
    watchOffsets: (beginning, onOffset) =>
      offsets.watch(
        beginning,
        (key, value) => {
          const decoded = decodeOffsetKey(Buffer.from(key, 'utf8'));
          if (decoded === undefined || signal.aborted) return;
          try {
            onOffset(decoded.partition, value === null ? null : decodeOffsetValue(Buffer.from(value, 'utf8')));
          } catch (error) {
            // Nobody waits for this call: the task fails, not its host.
            pipeline.close(ConnectorError.from(error, 'INTERNAL', 'reading a stored offset'));
          }
        },
        signal,
      ),
    async readOffset(partition: SourcePartition): Promise<SourceOffset | undefined> {
      const text = await offsets.read(partition, signal);
      return text === null ? undefined : decodeOffsetValue(Buffer.from(text, 'utf8'));
    },
  };
}
