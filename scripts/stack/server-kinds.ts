import { startBrokers, type KafkaBroker, type KafkaOptions } from './kafka-broker.ts';
import { startCluster, type KafkaCluster } from './kafka-cluster.ts';
import { startLegacyKafka } from './kafka-legacy.ts';
import { startSecureKafka, type SecureKafka, type SecureKafkaOptions } from './kafka-secure.ts';
import { startConnect, type ConnectOptions, type ConnectWorker } from './connect-worker.ts';
import { startPostgres, type PostgresOptions, type PostgresServer } from './postgres-server.ts';
import type { StackContext } from './stack-context.ts';
import { startWorker, type WorkerOptions, type WorkerServer } from './worker-server.ts';

/** What a stack can start: options in, server out. */
export interface ServerKinds {
  /** Kafka 4.1.1, one broker. */
  readonly kafka: { readonly options: KafkaOptions; readonly server: KafkaBroker };
  /** Kafka 4.1.1, three brokers. */
  readonly kafka3: { readonly options: KafkaOptions; readonly server: KafkaCluster };
  /** Kafka 2.7.2 with ZooKeeper. */
  readonly kafka27: { readonly options: KafkaOptions; readonly server: KafkaBroker };
  /** Kafka 4.1.1 with TLS and SASL. */
  readonly 'kafka-sasl': { readonly options: SecureKafkaOptions; readonly server: SecureKafka };
  /** PostgreSQL 18. */
  readonly postgres: { readonly options: PostgresOptions; readonly server: PostgresServer };
  /** PostgreSQL 11 to 17, fetched on first use. */
  readonly postgres11: ServerKinds['postgres'];
  readonly postgres12: ServerKinds['postgres'];
  readonly postgres13: ServerKinds['postgres'];
  readonly postgres14: ServerKinds['postgres'];
  readonly postgres15: ServerKinds['postgres'];
  readonly postgres16: ServerKinds['postgres'];
  readonly postgres17: ServerKinds['postgres'];
  /** Kafka Connect 4.1.1 with Debezium 3.5, on the Kafka of the same stack. */
  readonly connect: { readonly options: ConnectOptions; readonly server: ConnectWorker };
  /** A millrace worker of this checkout, on the Kafka of the same stack. */
  readonly worker: { readonly options: WorkerOptions; readonly server: WorkerServer };
}

export type ServerKind = keyof ServerKinds;

interface Started<S> {
  readonly server: S;
  /** For `info`: addresses, process numbers, folders. */
  readonly info: Record<string, unknown>;
}

type Starters = {
  readonly [K in ServerKind]: (
    context: StackContext,
    name: string,
    options: ServerKinds[K]['options'],
  ) => Promise<Started<ServerKinds[K]['server']>>;
};

export const starters: Starters = {
  kafka: async (context, name, options) => {
    const [broker] = await startBrokers(context, name, 1, options);
    if (broker === undefined) throw new Error('one broker was asked for');
    return withInfo(broker);
  },
  kafka3: async (context, name, options) => withInfo(await startCluster(context, name, options)),
  kafka27: async (context, name, options) => withInfo(await startLegacyKafka(context, name, options)),
  'kafka-sasl': async (context, name, options) => withInfo(await startSecureKafka(context, name, options)),
  postgres: async (context, name, options) => withInfo(await startPostgres(context, name, 18, options)),
  postgres11: async (context, name, options) => withInfo(await startPostgres(context, name, 11, options)),
  postgres12: async (context, name, options) => withInfo(await startPostgres(context, name, 12, options)),
  postgres13: async (context, name, options) => withInfo(await startPostgres(context, name, 13, options)),
  postgres14: async (context, name, options) => withInfo(await startPostgres(context, name, 14, options)),
  postgres15: async (context, name, options) => withInfo(await startPostgres(context, name, 15, options)),
  postgres16: async (context, name, options) => withInfo(await startPostgres(context, name, 16, options)),
  postgres17: async (context, name, options) => withInfo(await startPostgres(context, name, 17, options)),
  connect: async (context, name, options) => withInfo(await startConnect(context, name, options)),
  worker: async (context, name, options) => withInfo(await startWorker(context, name, options)),
};

function withInfo<S extends { info: () => Record<string, unknown> }>(server: S): Started<S> {
  return { server, info: server.info() };
}

export function serverKindNames(): string[] {
  return Object.keys(starters);
}

export function isServerKind(text: string): text is ServerKind {
  return Object.hasOwn(starters, text);
}
