import type { ConfigChange } from '../../config-topics/config-snapshot.ts';
import { ConfigStore, type ConfigStoreOptions } from '../../config-topics/config-store.ts';
import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import { OffsetStore } from '../../config-topics/offset-store.ts';
import { openStoreSender } from '../../config-topics/store-sender.ts';
import { StatusStore } from '../../config-topics/status-store.ts';
import type { StatusChange } from '../../config-topics/status-table.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { silentLog, type KafkaLog } from '../../kafka/kafka-log.ts';
import type { Sender } from '../../kafka/sender/sender.ts';
import { soon, uniqueName, type Opened } from '../kafka/kafka-fixtures.ts';

export function internalTopic(kind: 'config' | 'offset' | 'status', more: Partial<InternalTopic> = {}): InternalTopic {
  return {
    name: uniqueName(`${kind}s`),
    property: `${kind}.storage.topic`,
    purpose: { config: 'connector configurations', offset: 'source offsets', status: 'statuses' }[kind],
    partitions: kind === 'config' ? 1 : 3,
    replicationFactor: 1,
    settings: {},
    single: kind === 'config',
    ...more,
  };
}

/** A log that keeps its lines. */
export function keptLog(): KafkaLog & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => {
    const text = JSON.stringify(fields, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    lines.push(`${message} ${text}`);
  };
  return { ...silentLog, info: keep, warn: keep, error: keep, lines };
}

/** Changes that a store has told; lets a test wait for the next that fits. */
export class Changes<T> {
  readonly all: T[] = [];
  readonly #watchers = new Set<() => void>();

  readonly take = (change: T): void => {
    this.all.push(change);
    for (const look of this.#watchers) look();
  };

  async seen(fits: (change: T) => boolean): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const look = (): void => {
      const found = this.all.find(fits);
      if (found !== undefined) resolve(found);
    };
    this.#watchers.add(look);
    look();
    return await promise.finally(() => this.#watchers.delete(look));
  }
}

export interface OpenedConfigStore {
  readonly store: ConfigStore;
  readonly changes: Changes<ConfigChange>;
}

const neverFails = (error: Error): void => {
  throw error;
};

export async function configStore(
  opened: Opened,
  cluster: Cluster,
  topic: InternalTopic,
  more: Partial<ConfigStoreOptions> = {},
): Promise<OpenedConfigStore> {
  const changes = new Changes<ConfigChange>();
  const store = new ConfigStore({
    cluster,
    topic,
    groupId: 'group',
    transactional: true,
    onChange: changes.take,
    onFailed: neverFails,
    log: silentLog,
    ...more,
  });
  opened.add(() => store.close());
  await store.start(soon());
  return { store, changes };
}

export async function offsetStore(opened: Opened, cluster: Cluster, topic: InternalTopic): Promise<OffsetStore> {
  const store = new OffsetStore({ cluster, topic, onFailed: neverFails, log: silentLog });
  opened.add(() => store.close());
  await store.start(soon());
  return store;
}

export async function statusStore(
  opened: Opened,
  cluster: Cluster,
  topic: InternalTopic,
): Promise<{ readonly store: StatusStore; readonly changes: Changes<StatusChange> }> {
  const changes = new Changes<StatusChange>();
  const store = new StatusStore({
    cluster,
    topic,
    groupId: 'group',
    onChange: changes.take,
    onFailed: neverFails,
    log: silentLog,
  });
  opened.add(() => store.close());
  await store.start(soon());
  return { store, changes };
}

/** A transactional sender, as a task has it. */
export async function transactionalSender(opened: Opened, cluster: Cluster, id: string): Promise<Sender> {
  const sender = await openStoreSender({ cluster, transactionalId: id }, soon());
  opened.add(() => sender.close());
  return sender;
}
