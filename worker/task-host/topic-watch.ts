import type { TaskLog, WatchedRecord } from '../../connectors/source-connector.ts';
import { connectorClientConfig } from '../../kafka/client-config.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import { LogReader } from '../../kafka/log-reader.ts';
import type { TaskOrder } from './messages.ts';

export interface TopicWatch {
  readonly topic: string;
  /** Null: those of the worker. */
  readonly brokers: string | null;
  readonly signal: AbortSignal;
}

/** Settings of the client that reads topics of signals, as Debezium names them. */
const PREFIX = 'signal.consumer.';

/** Tells a task every record of a topic, then each that is added, until the signal aborts; rejects when the topic cannot be read. */
export async function watchTopic(
  { order, log }: { readonly order: TaskOrder; readonly log: TaskLog },
  { topic, brokers, signal }: TopicWatch,
  onRecord: (record: WatchedRecord) => void,
): Promise<void> {
  const cluster = new Cluster(clientOptions(clientConfig(order, brokers)));
  const ended = Promise.withResolvers<undefined>();
  const onAbort = (): void => ended.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  const reader = new LogReader({
    cluster,
    topic,
    isolation: 'read_committed',
    log,
    onRecord: ({ partition, offset, key, value }) =>
      onRecord({ partition, offset, key: key?.toString('utf8') ?? null, value: value?.toString('utf8') ?? null }),
    onFailed: ended.reject,
  });
  try {
    await reader.start(signal);
    await ended.promise;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await reader.close();
    await cluster.close();
  }
}

function clientConfig(order: TaskOrder, brokers: string | null): Record<string, string> {
  const { connector, task, connectorConfig, offsetStorage } = order;
  const worker = offsetStorage?.consumer ?? {};
  const own = Object.entries(connectorConfig).flatMap(([key, value]) =>
    key.startsWith(PREFIX) && key.length > PREFIX.length ? [[key.slice(PREFIX.length), value] as const] : [],
  );
  return {
    ...connectorClientConfig({ kind: 'consumer', worker, connector, task, connectorConfig }),
    ...(brokers === null ? {} : { 'bootstrap.servers': brokers }),
    ...Object.fromEntries(own),
  };
}
