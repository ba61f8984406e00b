import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import { OffsetStore } from '../../config-topics/offset-store.ts';
import { setUpTopic } from '../../config-topics/topic-setup.ts';
import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import type { KafkaLog } from '../../kafka/kafka-log.ts';

type ClientConfig = Readonly<Record<string, string>>;

/** Creates a connector's own offsets topic with the rights of its admin client, or checks the one that is there. */
export async function createOwnOffsetsTopic(
  topic: InternalTopic,
  { admin, log }: { readonly admin: ClientConfig; readonly log: KafkaLog },
  signal: AbortSignal,
): Promise<void> {
  const cluster = new Cluster(clientOptions(admin));
  try {
    await setUpTopic(topic, { cluster, log }, signal);
  } finally {
    await cluster.close();
  }
}

export interface OwnOffsetStoreOptions {
  readonly topic: InternalTopic;
  /** The connector's consumer client: it reads. */
  readonly consumer: ClientConfig;
  readonly log: KafkaLog;
}

/** A connector's own offsets topic, which must exist, read with its own rights for as long as this is open. */
export class OwnOffsetStore {
  readonly #cluster: Cluster;
  readonly #store: OffsetStore;

  constructor({ topic, consumer, log }: OwnOffsetStoreOptions) {
    this.#cluster = new Cluster(clientOptions(consumer));
    // A topic that is deleted meanwhile fails the next reading to its end.
    this.#store = new OffsetStore({ cluster: this.#cluster, topic, log, onFailed: () => undefined });
  }

  /** Reads the topic; `get` and `all` of the store answer from then on. */
  async open(signal: AbortSignal): Promise<OffsetStore> {
    await this.#store.start(signal);
    return this.#store;
  }

  async close(): Promise<void> {
    await this.#store.close();
    await this.#cluster.close();
  }
}
