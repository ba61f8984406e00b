import { describeProducersV0 } from '@platformatic/kafka';
import { clientOptions } from '../../../kafka/client-options.ts';
import { Cluster } from '../../../kafka/cluster.ts';
import { servers } from '../../support/servers.ts';

/** The producer that wrote last to a topic of one partition, as the broker knows it: `id/epoch`. */
export async function topicProducer(topic: string): Promise<string> {
  const cluster = new Cluster(clientOptions({ 'bootstrap.servers': servers().kafka.bootstrap }));
  try {
    const broker = await cluster.leader(topic, 0, { signal: AbortSignal.timeout(20_000) });
    const request = [{ name: topic, partitionIndexes: [0] }];
    const answer = await describeProducersV0.api.async(broker.connection, request);
    const producers = answer.topics.flatMap(({ partitions }) => partitions.flatMap((one) => one.activeProducers));
    const [newest] = producers.toSorted((left, right) => Number(right.lastTimestamp - left.lastTimestamp));
    return newest === undefined ? 'none' : `${newest.producerId}/${newest.producerEpoch}`;
  } finally {
    await cluster.close();
  }
}
