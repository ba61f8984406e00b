import assert from 'node:assert/strict';
import { z } from 'zod';
import { createTopic } from '../../../scripts/demo/create-topic.ts';
import { brokerTime } from '../../support/gaps.ts';
import { RecordReader, type ReadRecord } from '../../support/record-reader.ts';
import { servers } from '../../support/servers.ts';

const envelope = z.object({ after: z.object({ n: z.number() }) });

function numberOf({ value }: ReadRecord): number {
  return envelope.parse(JSON.parse(value ?? 'null')).after.n;
}

/** The numbers that a counter's task has written, as a read_committed consumer sees them. */
export class Numbers {
  readonly #reader: RecordReader;

  private constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  /** Creates the topic: the counter may not have written to it yet. */
  static async open(topic: string): Promise<Numbers> {
    await createTopic(servers().kafka.bootstrap, topic, 1, brokerTime);
    return new Numbers(await RecordReader.open(servers().kafka.bootstrap, topic));
  }

  get all(): number[] {
    return this.#reader.records.map(numberOf);
  }

  /** Until so many more have come than now. */
  async more(count: number, limitMs = 30_000): Promise<void> {
    const goal = this.#reader.records.length + count;
    await this.#reader.until((records) => records.length >= goal, limitMs);
  }

  /** Every number once and in order: nothing lost, repeated or out of order. */
  verify(): void {
    const { all } = this;
    assert.deepEqual(
      all,
      Array.from({ length: all.length }, (_, index) => index + 1),
    );
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
