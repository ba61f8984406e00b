import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster } from '../stack/kafka-cluster.ts';
import type { PostgresServer } from '../stack/postgres-server.ts';
import type { Server } from '../stack/server.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import type { KafkaProxy } from './kafka-proxy.ts';
import type { PatientRest } from './patient-rest.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** A connector under test: its configuration as it was last asked for. */
export interface TestedConnector {
  readonly name: string;
  config: Readonly<Record<string, string>>;
}

/** All that faults work on. */
export interface Field {
  readonly workers: readonly WorkerServer[];
  readonly kafka: KafkaCluster;
  /** Between workers and brokers, one per broker in the order of `kafka.brokers`. */
  readonly brokerWires: readonly KafkaProxy[];
  readonly database: PostgresServer;
  /** Between connectors and the database. */
  readonly databaseWire: TcpProxy;
  readonly connectors: readonly TestedConnector[];
  readonly rest: PatientRest;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

const START_TRIES = 4;

export function wait(field: Field, ms: number): Promise<void> {
  return sleep(ms, undefined, { signal: field.signal });
}

/** The one at this place; plans are made for as many as there are. */
export function at<T>(list: readonly T[], place: number): T {
  const found = list[place];
  if (found === undefined) throw new RangeError(`there are ${list.length}, asked for number ${place}`);
  return found;
}

/** Starts a server again in the middle of other failures, which may make it miss its deadline. */
export async function startAgain(field: Field, server: Server): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    field.signal.throwIfAborted();
    try {
      await server.start();
      return;
    } catch (error) {
      if (attempt === START_TRIES) throw error;
      field.print(
        `  ${server.name} did not start, once more: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
