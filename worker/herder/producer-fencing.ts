import { Cluster } from '../../kafka/cluster.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { connectorClientConfig } from '../../kafka/client-config.ts';
import { Sender, type SenderOptions } from '../../kafka/sender/sender.ts';
import { transactionalIdOf } from '../task-host/transactional-id.ts';
import type { Config } from './config-equality.ts';

export interface ConnectorProducers {
  readonly groupId: string;
  /** The worker's `producer.*` settings, prefix removed. */
  readonly producer: Config;
  /** A connector's configuration with the values of its placeholders. */
  readonly resolve: (config: Config) => Promise<Config>;
}

/** The way in which a producer of one task writes a few records from the worker's process. */
export function senderOptions(cluster: Cluster, transactionalId: string | undefined): SenderOptions {
  return {
    cluster,
    transactionalId,
    transactionTimeoutMs: 10_000,
    compression: 'none',
    batchBytes: 900_000,
    lingerMs: 0,
    deliveryTimeoutMs: 60_000,
    requestTimeoutMs: 30_000,
    maxRequestBytes: 1_048_576,
    mayWrite: () => true,
  };
}

/** Opens a Kafka client with the rights of a connector's producers for the time of one piece of work. */
export async function withConnectorCluster<T>(
  { producer, resolve }: ConnectorProducers,
  connector: { readonly name: string; readonly config: Config },
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { name, config } = connector;
  const options = connectorClientConfig({
    kind: 'producer',
    worker: producer,
    connector: name,
    task: 0,
    connectorConfig: await resolve(config),
  });
  const cluster = new Cluster(clientOptions(options));
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}

/** Fences the producers of tasks: InitProducerId on each transactional id aborts what is open and shuts out who had it. */
export function fenceProducers(
  producers: ConnectorProducers,
  connector: { readonly name: string; readonly config: Config },
  tasks: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  return withConnectorCluster(producers, connector, async (cluster) => {
    await Promise.all(
      tasks.map(async (task) => {
        const id = transactionalIdOf(producers.groupId, connector.name, task);
        const sender = await Sender.open(senderOptions(cluster, id), signal);
        await sender.close();
      }),
    );
  });
}
