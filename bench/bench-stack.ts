import { execFileSync } from 'node:child_process';
import type { ConnectWorker } from '../scripts/stack/connect-worker.ts';
import type { KafkaBroker } from '../scripts/stack/kafka-broker.ts';
import type { PostgresServer } from '../scripts/stack/postgres-server.ts';
import { Stack } from '../scripts/stack/stack.ts';
import type { Contender } from './contender.ts';

export interface BenchStack {
  readonly stack: Stack;
  readonly kafka: KafkaBroker;
  readonly postgres: PostgresServer;
  close(): Promise<void>;
}

/** Kafka and PostgreSQL for one benchmark. PostgreSQL as in production as far as it matters: nothing but fsync is off. */
export async function openBenchStack(
  name: string,
  print: (line: string) => void,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchStack> {
  const stack = await Stack.open({ name, log: print });
  const interrupted = (): void => void stack.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const kafka = await stack.start('kafka');
    const postgres = await stack.start('postgres', {
      settings: { max_wal_size: '16GB', checkpoint_timeout: '1h', ...settings },
    });
    return { stack, kafka, postgres, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

let built = false;

/** A worker of this checkout as it is published: compiled by tsc first, once, for a second worker must not take the first one's files. */
export async function startOurs(stack: Stack, exactlyOnce: boolean, workers = 1): Promise<Contender> {
  if (!built) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  built = true;
  const name = exactlyOnce ? 'millrace-eo' : 'millrace-alo';
  const properties = { 'exactly.once.source.support': exactlyOnce ? 'enabled' : 'disabled' };
  const options = { groupId: name, from: 'dist', properties } as const;
  const first = await stack.start('worker', { ...options, as: name });
  const pids = [first.pid];
  for (let number = 2; number <= workers; number += 1)
    pids.push((await stack.start('worker', { ...options, as: `${name}-${number}` })).pid);
  return { name: `millrace (${exactlyOnce ? 'exactly-once' : 'at-least-once'})`, url: first.url, pids };
}

export async function startDebezium(stack: Stack, exactlyOnce: boolean): Promise<Contender> {
  const name = exactlyOnce ? 'debezium-eo' : 'debezium-alo';
  const worker: ConnectWorker = await stack.start('connect', {
    as: name,
    groupId: name,
    exactlyOnce: exactlyOnce ? 'enabled' : 'disabled',
  });
  return { name: `Debezium (${exactlyOnce ? 'exactly-once' : 'at-least-once'})`, url: worker.url, pids: [worker.pid] };
}
