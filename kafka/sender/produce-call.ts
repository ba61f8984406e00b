import { Writer, type Reader } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';

/** A batch for one partition, as it goes on the wire. */
interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface ProduceRequest {
  /** Null: not part of a transaction. */
  readonly transactionalId: string | null;
  /** How long the broker may wait for its replicas. */
  readonly timeoutMs: number;
  /** At most one per partition, those of one topic next to each other. */
  readonly batches: readonly PartitionBatch[];
}

/** What became of one partition's batch. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The broker's own sentence, where it gives one. */
  readonly message: string | null;
}

export interface ProduceAnswer {
  readonly partitions: readonly PartitionAnswer[];
  /** The broker takes nothing more from this connection for so long (client quotas). */
  readonly throttleMs: number;
}

const PRODUCE = 0;
const OLDEST = 3;
// Version 12 belongs to transactions that add their partitions by themselves (KIP-890).
const NEWEST = 11;
const FIRST_FLEXIBLE = 9;
const ALL_IN_SYNC_REPLICAS = -1;

/**
 * Sends finished batches with one Produce request (protocol guide, versions 3 to 11) and returns every partition's
 * answer. The library's own call builds the batches itself, record by record, and reports errors by throwing.
 */
export function produce(broker: BrokerConnection, request: ProduceRequest): Promise<ProduceAnswer> {
  return new Promise((resolve, reject) => {
    const version = broker.version(PRODUCE, OLDEST, NEWEST);
    const flexible = version >= FIRST_FLEXIBLE;
    broker.connection.send<ProduceAnswer>(
      PRODUCE,
      version,
      () => encodeProduce(request, flexible),
      (_correlationId, _key, answeredVersion, reader) => decodeProduce(reader, answeredVersion),
      flexible,
      flexible,
      (error, answer) => {
        if (answer !== undefined && error === null) resolve(answer);
        else reject(error ?? new Error('the broker gave no answer to Produce'));
      },
    );
  });
}

function encodeProduce({ transactionalId, timeoutMs, batches }: ProduceRequest, flexible: boolean): Writer {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  const writer = Writer.create()
    .appendString(transactionalId, flexible)
    .appendInt16(ALL_IN_SYNC_REPLICAS)
    .appendInt32(timeoutMs)
    .appendArray(
      topics,
      (toTopic, [topic, partitions]) => {
        toTopic.appendString(topic, flexible).appendArray(
          partitions,
          (to, { partition, bytes }) => {
            to.appendInt32(partition).appendBytes(bytes, flexible);
          },
          flexible,
          flexible,
        );
      },
      flexible,
      flexible,
    );
  return flexible ? writer.appendTaggedFields() : writer;
}

function decodeProduce(reader: Reader, version: number): ProduceAnswer {
  const flexible = version >= FIRST_FLEXIBLE;
  const topics = reader.readArray(
    (fromTopic) => {
      const topic = fromTopic.readString(flexible);
      return fromTopic.readArray((from) => decodePartition(from, topic, version), flexible, flexible);
    },
    flexible,
    flexible,
  );
  return { partitions: topics.flat(), throttleMs: reader.readInt32() };
}

function decodePartition(reader: Reader, topic: string, version: number): PartitionAnswer {
  const flexible = version >= FIRST_FLEXIBLE;
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.readInt64(); // base offset
  reader.readInt64(); // log append time
  if (version >= 5) reader.readInt64(); // log start offset
  if (version < 8) return { topic, partition, errorCode, message: null };
  const recordMessages = reader.readArray(
    (from) => {
      from.readInt32(); // index within the batch
      return from.readNullableString(flexible);
    },
    flexible,
    flexible,
  );
  const message = reader.readNullableString(flexible);
  return { topic, partition, errorCode, message: message ?? recordMessages.find((text) => text !== null) ?? null };
}
