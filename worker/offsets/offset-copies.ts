import { Outbox } from '../../config-topics/outbox.ts';
import { PlainWriter } from '../../config-topics/plain-writer.ts';
import type { StoredRecord } from '../../config-topics/records/stored-record.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import type { KafkaLog } from '../../kafka/kafka-log.ts';

export interface OffsetCopiesOptions {
  readonly cluster: Cluster;
  /** The worker's offset topic. */
  readonly topic: string;
  readonly groupId: string;
  readonly log: KafkaLog;
}

/**
 * Copies of offsets that connectors keep in topics of their own, into the worker's topic: the newest per key, written in the
 * order in which they came and tried until Kafka has them.
 */
export class OffsetCopies {
  readonly #outbox: Outbox;
  readonly #writer: PlainWriter;

  constructor({ cluster, topic, groupId, log }: OffsetCopiesOptions) {
    this.#writer = new PlainWriter({ cluster, topic, groupId });
    this.#outbox = new Outbox({
      write: (records, signal) => this.#writer.write(records, signal),
      onFailure: (error, failures) =>
        log.warn({ topic, err: error, failures }, 'offsets of connectors with own topics could not be copied yet'),
    });
  }

  add(records: readonly StoredRecord[]): void {
    for (const record of records) this.#outbox.add(record.key, () => record);
  }

  /** Settles when Kafka has these and all that came before. */
  async write(records: readonly StoredRecord[], signal: AbortSignal): Promise<void> {
    this.add(records);
    await this.#outbox.flush(signal);
  }

  async close(): Promise<void> {
    await this.#outbox.close();
    await this.#writer.close();
  }
}
