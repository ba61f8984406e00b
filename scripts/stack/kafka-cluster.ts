import { setTimeout as delay } from 'node:timers/promises';
import { startBrokers, type KafkaBroker, type KafkaOptions } from './kafka-broker.ts';
import { knownBrokers } from './kafka-metadata.ts';
import type { StackContext } from './stack-context.ts';

const ALL_KNOWN_POLL_MS = 50;
const ALL_KNOWN_TIMEOUT_MS = 30_000;

/** Three running brokers with replication factor 3 and two in-sync replicas as the default of every topic. */
export class KafkaCluster {
  readonly brokers: readonly KafkaBroker[];

  constructor(brokers: readonly KafkaBroker[]) {
    this.brokers = brokers;
  }

  get bootstrap(): string {
    return this.brokers.map((broker) => broker.bootstrap).join(',');
  }

  /** By Kafka's node id, which starts at 1. */
  broker(nodeId: number): KafkaBroker {
    const found = this.brokers.find((broker) => broker.nodeId === nodeId);
    if (found === undefined) throw new Error(`no broker ${nodeId} in a cluster of ${this.brokers.length}`);
    return found;
  }

  info(): Record<string, unknown> {
    return { bootstrap: this.bootstrap, brokers: this.brokers.map((broker) => broker.info()) };
  }
}

export async function startCluster(context: StackContext, name: string, options: KafkaOptions): Promise<KafkaCluster> {
  const brokers = await startBrokers(context, name, 3, options);
  const deadline = AbortSignal.timeout(ALL_KNOWN_TIMEOUT_MS);
  for (const { port } of brokers) {
    while ((await knownBrokers(port, deadline)).length < brokers.length)
      await delay(ALL_KNOWN_POLL_MS, undefined, { signal: deadline });
  }
  return new KafkaCluster(brokers);
}
