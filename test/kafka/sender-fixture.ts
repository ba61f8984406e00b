import { Admin } from '../../kafka/admin.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import { Sender, type SenderOptions } from '../../kafka/sender/sender.ts';

const OPEN_MS = 20_000;

let topics = 0;

/** A name that no other topic of this run has. */
export function topicName(stem: string): string {
  topics += 1;
  return `sender-${stem}-${process.pid}-${topics}`;
}

export function clusterOf(bootstrap: string, config: Readonly<Record<string, string>> = {}): Cluster {
  return new Cluster(clientOptions({ 'bootstrap.servers': bootstrap, ...config }));
}

/** A sender with settings that suit tests. */
export async function openSender(cluster: Cluster, options: Partial<SenderOptions>): Promise<Sender> {
  const settings: SenderOptions = {
    cluster,
    transactionalId: undefined,
    transactionTimeoutMs: 60_000,
    compression: 'zstd',
    batchBytes: 900_000,
    lingerMs: 5,
    deliveryTimeoutMs: 120_000,
    requestTimeoutMs: 30_000,
    maxRequestBytes: 1_048_576,
    mayWrite: () => true,
    ...options,
  };
  return await Sender.open(settings, AbortSignal.timeout(OPEN_MS));
}

/** Creates topics with these numbers of partitions and the broker's default for replicas. */
export async function createTopics(
  bootstrap: string,
  partitions: Readonly<Record<string, number>>,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const cluster = clusterOf(bootstrap);
  try {
    const admin = new Admin(cluster);
    for (const [name, count] of Object.entries(partitions))
      await admin.createTopic({ name, partitions: count, replicationFactor: -1, configs }, AbortSignal.timeout(20_000));
  } finally {
    await cluster.close();
  }
}
