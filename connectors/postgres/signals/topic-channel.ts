import { z } from 'zod';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { SourceOffset, SourcePartition } from '../../change-batch.ts';
import type { TaskContext, WatchedRecord } from '../../source-connector.ts';
import { errorText } from '../pg-errors.ts';
import { repeat } from './repeat.ts';
import type { SignalDesk } from './signal-desk.ts';

export interface TopicChannelOptions {
  readonly context: Pick<TaskContext, 'watchTopic' | 'readOffset' | 'log'>;
  readonly server: string;
  readonly topic: string;
  readonly brokers: string | null;
  readonly signal: AbortSignal;
}

/** Member of the partition under which the place in a topic of signals is stored. */
export const SIGNALS_PARTITION = 'millrace.signals';
const RETRY_MS = 5000;
const stored = z.object({ offset: z.coerce.bigint() });

/** The key of the place in a topic of signals. */
export function signalsPartition(server: string, topic: string): SourcePartition {
  return { server, [SIGNALS_PARTITION]: topic };
}

/**
 * Takes signals from a topic with one partition, in order. The offset of each is stored together with what it has changed, so
 * that it is obeyed once. A connector without such an offset begins with the oldest signal that there is, as Debezium does.
 */
export async function watchSignalTopic(desk: SignalDesk, options: TopicChannelOptions): Promise<void> {
  const { context, server, topic, brokers, signal } = options;
  if (context.watchTopic === undefined) {
    context.log.warn({ topic }, 'signals cannot be taken from a topic here');
    return;
  }
  const partition = signalsPartition(server, topic);
  let done = await offsetOf(context.readOffset(partition));
  let handling: Promise<void> = Promise.resolve();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const onRecord = (record: WatchedRecord): void => {
    if (record.partition !== 0 || record.offset <= done) return;
    done = record.offset;
    if (record.key !== server || record.value === null || record.value === '') return;
    const { value, offset } = record;
    const offsets = [{ partition, offset: { offset } }];
    handling = handling.then(() => desk.takeText(value, { name: `offset ${offset}`, channel: 'kafka', offsets }));
    handling.catch(failed.reject);
  };
  const watch = async (): Promise<void> => {
    await Promise.race([context.watchTopic?.({ topic, brokers, signal }, onRecord), failed.promise]);
  };
  const onFailure = (error: unknown): void => {
    // Deleted and created again: its offsets begin anew.
    if (error instanceof ConnectorError && error.code === 'KAFKA_LOG_CHANGED') done = -1n;
    context.log.warn({ topic, error: errorText(error) }, 'the topic of signals cannot be read; trying again');
  };
  await repeat(watch, { signal, everyMs: RETRY_MS, onFailure });
}

async function offsetOf(reading: Promise<SourceOffset | undefined>): Promise<bigint> {
  const offset = await reading;
  return offset === undefined ? -1n : stored.parse({ offset: String(offset['offset']) }).offset;
}
