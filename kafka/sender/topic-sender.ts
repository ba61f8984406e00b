import { ConnectorError } from '../../errors/connector-error.ts';
import { partitionFor } from '../murmur2.ts';
import type { EncodedRecord } from './encoded-record.ts';
import { PartitionQueue, type QueueRound, type QueueSettings } from './partition-queue.ts';

/** Where the records of one topic are appended. */
export interface TopicSender {
  readonly name: string;
  /** As many as the topic had when it was opened; records go on to these if partitions are added later. */
  readonly partitions: number;
  /** Copies the record. Throws the sender's failure once it has failed. */
  append(record: EncodedRecord): void;
}

/**
 * The partitions of one topic: the partition of a record follows from its key as in the Java producer; records without
 * a key all go to one, so that their order is kept, too.
 */
export class TopicQueues implements TopicSender {
  readonly name: string;
  readonly partitions: number;
  readonly #settings: QueueSettings;
  readonly #currentRound: () => QueueRound;
  readonly #queues: (PartitionQueue | undefined)[];
  readonly #keylessPartition: number;

  constructor(partitions: number, settings: QueueSettings, currentRound: () => QueueRound) {
    this.name = settings.topic;
    this.partitions = partitions;
    this.#settings = settings;
    this.#currentRound = currentRound;
    this.#queues = Array.from<PartitionQueue | undefined>({ length: partitions });
    const name = Buffer.from(settings.topic);
    this.#keylessPartition = partitionFor(name, 0, name.length, partitions);
  }

  append(record: EncodedRecord): void {
    this.queueFor(record).append(record, this.#currentRound());
  }

  /** RECORD_REFUSED for a record that asks for a partition that the topic does not have. */
  queueFor({ bytes, keyStart, keyEnd, partition: wanted }: EncodedRecord): PartitionQueue {
    if (wanted !== undefined) return this.#wanted(wanted);
    if (this.partitions === 1) return (this.#queues[0] ??= new PartitionQueue(0, this.#settings));
    const partition = keyStart < 0 ? this.#keylessPartition : partitionFor(bytes, keyStart, keyEnd, this.partitions);
    return (this.#queues[partition] ??= new PartitionQueue(partition, this.#settings));
  }

  #wanted(partition: number): PartitionQueue {
    if (!Number.isInteger(partition) || partition < 0 || partition >= this.partitions)
      throw new ConnectorError(
        'RECORD_REFUSED',
        `A record for topic ${this.name} asks for partition ${partition}; the topic has ${this.partitions}, numbered from 0`,
      );
    return (this.#queues[partition] ??= new PartitionQueue(partition, this.#settings));
  }

  /** The queues of the partitions that ever got a record. */
  opened(): PartitionQueue[] {
    return this.#queues.filter((queue) => queue !== undefined);
  }
}
