import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import { encodeOffsetKey, encodeOffsetValue } from '../../config-topics/offset-codec.ts';
import type { OffsetStore } from '../../config-topics/offset-store.ts';
import { connectorClientConfig } from '../../kafka/client-config.ts';
import type { KafkaLog } from '../../kafka/kafka-log.ts';
import { Sender } from '../../kafka/sender/sender.ts';
import type { OffsetCopies } from '../offsets/offset-copies.ts';
import { createOwnOffsetsTopic, OwnOffsetStore } from '../offsets/own-offset-store.ts';
import { ownOffsetsTopic, type OffsetStorage } from '../offsets/own-offsets-topic.ts';
import { transactionalIdOf } from '../task-host/transactional-id.ts';
import type { Config } from './config-equality.ts';
import type { OffsetEntry } from './herder-port.ts';
import type { OffsetAccess } from './offset-requests.ts';
import { senderOptions, withConnectorCluster, type ConnectorProducers } from './producer-fencing.ts';

export interface StoredOffsetsParts {
  readonly store: OffsetStore;
  readonly storage: OffsetStorage;
  readonly copies: OffsetCopies;
  readonly producers: ConnectorProducers;
  /** The worker's `consumer.*` and `admin.*` settings, prefix removed. */
  readonly clients: { readonly consumer: Config; readonly admin: Config };
  readonly exactlyOnce: boolean;
  readonly log: KafkaLog;
}

/**
 * Offsets for requests: of the worker's topic, and of the connector's own where it has one, which wins. They are written with the
 * rights, and with exactly-once in the name, of the connector's task 0.
 */
export class StoredOffsets implements OffsetAccess {
  readonly #parts: StoredOffsetsParts;

  constructor(parts: StoredOffsetsParts) {
    this.#parts = parts;
  }

  async read(name: string, connector: ConnectorConfigState, signal: AbortSignal): Promise<OffsetEntry[]> {
    const { store, producers } = this.#parts;
    const config = await producers.resolve(connector.config);
    const own = this.#ownTopic(name, config);
    const [found] = await Promise.all([
      own === undefined ? [] : this.#readOwn(own, { name, config }, signal),
      store.readToEnd(signal),
    ]);
    const keyOf = ({ partition }: OffsetEntry): string => encodeOffsetKey(name, partition).toString();
    const merged = new Map(store.all(name).map((entry) => [keyOf(entry), entry]));
    for (const entry of found) merged.set(keyOf(entry), entry);
    return [...merged.values()];
  }

  async write(
    name: string,
    connector: ConnectorConfigState,
    entries: readonly OffsetEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const { producers, exactlyOnce, store, copies, log } = this.#parts;
    const config = await producers.resolve(connector.config);
    const own = this.#ownTopic(name, config);
    const id = exactlyOnce ? transactionalIdOf(producers.groupId, name, 0) : undefined;
    const records = entries.map(({ partition, offset }) => ({
      key: encodeOffsetKey(name, partition),
      value: encodeOffsetValue(offset),
    }));
    const copyOf = ({ key, value }: (typeof records)[number]) => ({ key: key.toString(), value });
    if (own !== undefined) {
      await createOwnOffsetsTopic(own, { admin: this.#client('admin', { name, config }), log }, signal);
      // Forgotten there first: a failure in between must not bring the old value back.
      await copies.write(records.filter(({ value }) => value === null).map(copyOf), signal);
    }
    await withConnectorCluster(producers, { name, config: connector.config }, async (cluster) => {
      const sender = await Sender.open(senderOptions(cluster, id), signal);
      try {
        if (own === undefined) await store.put(name, { entries, sender }, signal);
        else {
          const topic = await sender.topic(own.name, { signal });
          await sender.commit(records.map((record) => ({ topic, ...record })));
        }
      } finally {
        await sender.close();
      }
    });
    if (own !== undefined) copies.add(records.filter(({ value }) => value !== null).map(copyOf));
  }

  #ownTopic(name: string, config: Config): InternalTopic | undefined {
    const brokers = this.#client('producer', { name, config })['bootstrap.servers'];
    return ownOffsetsTopic(this.#parts.storage, config, brokers);
  }

  async #readOwn(
    topic: InternalTopic,
    connector: { readonly name: string; readonly config: Config },
    signal: AbortSignal,
  ): Promise<OffsetEntry[]> {
    const { log } = this.#parts;
    await createOwnOffsetsTopic(topic, { admin: this.#client('admin', connector), log }, signal);
    const own = new OwnOffsetStore({ topic, consumer: this.#client('consumer', connector), log });
    try {
      const store = await own.open(signal);
      await store.readToEnd(signal);
      return store.all(connector.name);
    } finally {
      await own.close();
    }
  }

  #client(
    kind: 'producer' | 'consumer' | 'admin',
    { name, config }: { readonly name: string; readonly config: Config },
  ): Record<string, string> {
    const { producers, clients } = this.#parts;
    const worker = kind === 'producer' ? producers.producer : clients[kind];
    return connectorClientConfig({ kind, worker, connector: name, task: 0, connectorConfig: config });
  }
}
