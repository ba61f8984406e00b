import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { FaultOf } from './fault.ts';
import { at, startAgain, wait, type Field } from './field.ts';

const POLL_MS = 200;
const IN_SYNC_TIMEOUT_MS = 120_000;

export async function downBroker(field: Field, fault: FaultOf<'broker-kill' | 'broker-stop'>): Promise<void> {
  const broker = at(field.kafka.brokers, fault.broker);
  await broker.kill(fault.kind === 'broker-kill' ? 'SIGKILL' : 'SIGTERM');
  await wait(field, fault.downMs);
  await startAgain(field, broker);
}

export async function freezeBroker(field: Field, fault: FaultOf<'broker-freeze'>): Promise<void> {
  const broker = at(field.kafka.brokers, fault.broker);
  await broker.kill('SIGSTOP');
  try {
    await wait(field, fault.ms);
  } finally {
    await broker.kill('SIGCONT');
  }
}

/** Until every replica of every partition, internal topics included, is in sync: only then may the next broker go. */
export async function untilInSync({ kafka, signal }: Field): Promise<void> {
  const deadline = performance.now() + IN_SYNC_TIMEOUT_MS;
  for (;;) {
    const behind = await partitionsBehind(kafka.bootstrap).catch((error: unknown) => [String(error)]);
    if (behind.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(
        `not all replicas in sync within ${IN_SYNC_TIMEOUT_MS / 1000} s: ${behind.slice(0, 5).join(', ')}`,
      );
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function partitionsBehind(bootstrap: string): Promise<string[]> {
  const kafka = new Kafka({
    clientId: 'chaos',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    requestTimeout: 5000,
    retry: { retries: 1 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata();
    return topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ isr, replicas, leader }) => isr.length < replicas.length || leader < 0)
        .map(({ partitionId }) => `${name}-${partitionId}`),
    );
  } finally {
    await admin.disconnect();
  }
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', crash: 'SIGKILL' } as const;

export async function restartDatabase(field: Field, fault: FaultOf<'database-restart'>): Promise<void> {
  await field.database.kill(SIGNALS[fault.mode]);
  await wait(field, fault.downMs);
  await startAgain(field, field.database);
}
