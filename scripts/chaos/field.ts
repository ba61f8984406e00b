import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster } from '../stack/kafka-cluster.ts';
import type { PostgresServer } from '../stack/postgres-server.ts';
import type { Server } from '../stack/server.ts';
import type { WorkerServer } from '../stack/worker-server.ts';
import type { KafkaProxy } from './kafka-proxy.ts';
import type { PatientRest } from './patient-rest.ts';
import type { SeededRandom } from '../testing/seeded-random.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import type { TestedConnector } from './tested-connector.ts';

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
  /** For files of signals; it ends with the run. */
  readonly folder: string;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

const START_TRIES = 4;

export function wait(field: Field, ms: number): Promise<void> {
  return sleep(ms, undefined, { signal: field.signal });
}

/** Longer than any fault: what has not come about by then will not. */
const PATIENCE_MS = 300_000;
const POLL_MS = 200;

/** Asks again and again until it holds; `what` says what is missing otherwise. What throws is asked again, too. */
export async function eventually(field: Field, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await holds().catch((error: unknown) => error);
    if (answer === true) return;
    field.signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s${answer === false ? '' : `, ${String(answer)}`}`);
    await wait(field, POLL_MS);
  }
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
