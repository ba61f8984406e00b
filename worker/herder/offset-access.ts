import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { OffsetStore } from '../../config-topics/offset-store.ts';
import { Sender } from '../../kafka/sender/sender.ts';
import type { OffsetEntry } from './herder-port.ts';
import type { OffsetAccess } from './offset-requests.ts';
import { transactionalIdOf } from '../task-host/transactional-id.ts';
import { senderOptions, withConnectorCluster, type ConnectorProducers } from './producer-fencing.ts';

/** The offset topic for requests: offsets are written with the rights, and with exactly-once in the name, of the connector's task 0. */
export class StoredOffsets implements OffsetAccess {
  readonly #store: OffsetStore;
  readonly #producers: ConnectorProducers;
  readonly #exactlyOnce: boolean;

  constructor(store: OffsetStore, producers: ConnectorProducers, exactlyOnce: boolean) {
    this.#store = store;
    this.#producers = producers;
    this.#exactlyOnce = exactlyOnce;
  }

  readToEnd(signal: AbortSignal): Promise<void> {
    return this.#store.readToEnd(signal);
  }

  all(connector: string): OffsetEntry[] {
    return this.#store.all(connector);
  }

  write(
    name: string,
    { config }: ConnectorConfigState,
    entries: readonly OffsetEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const id = this.#exactlyOnce ? transactionalIdOf(this.#producers.groupId, name, 0) : undefined;
    return withConnectorCluster(this.#producers, { name, config }, async (cluster) => {
      const sender = await Sender.open(senderOptions(cluster, id), signal);
      try {
        await this.#store.put(name, { entries, sender }, signal);
      } finally {
        await sender.close();
      }
    });
  }
}
