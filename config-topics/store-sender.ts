import type { Cluster } from '../kafka/cluster.ts';
import { recordOf } from '../kafka/sender/encoded-record.ts';
import { Sender } from '../kafka/sender/sender.ts';
import { writerHeaders } from './record-writer.ts';
import type { StoredRecord } from './records/stored-record.ts';

export interface StoreSenderOptions {
  readonly cluster: Cluster;
  /** Undefined: idempotent, without transactions. */
  readonly transactionalId?: string;
}

/**
 * A leader that is killed inside of a transaction on the config topic holds up everybody who reads that topic to its end for
 * this long, so it is far below Kafka's usual 60 s.
 */
export const LEADER_TRANSACTION_TIMEOUT_MS = 10_000;
/** Connect's bound on a write with its read-back (KafkaConfigBackingStore). */
export const WRITE_LIMIT_MS = 30_000;

/** A producer for the few small records of the internal topics: they leave at once. */
export function openStoreSender(
  { cluster, transactionalId }: StoreSenderOptions,
  signal: AbortSignal,
): Promise<Sender> {
  return Sender.open(
    {
      cluster,
      transactionalId,
      transactionTimeoutMs: LEADER_TRANSACTION_TIMEOUT_MS,
      compression: 'none',
      batchBytes: 64 * 1024,
      lingerMs: 0,
      deliveryTimeoutMs: WRITE_LIMIT_MS,
      requestTimeoutMs: Math.min(cluster.requestTimeoutMs, WRITE_LIMIT_MS / 3),
      maxRequestBytes: 1024 * 1024,
      mayWrite: () => true,
    },
    signal,
  );
}

export interface StoreWrite {
  readonly topic: string;
  readonly records: readonly StoredRecord[];
  /** The group of the worker that writes; readers tell strangers by it. */
  readonly groupId: string;
}

/** Writes records to one topic and resolves when they are there; with a transactional sender all of them or none. */
export async function writeRecords(
  sender: Sender,
  { topic, records, groupId }: StoreWrite,
  signal: AbortSignal,
): Promise<void> {
  const target = await sender.topic(topic, { signal });
  for (const { key, value } of records) target.append(recordOf(Buffer.from(key), value, writerHeaders(groupId)));
  await sender.commit([]);
}
