import { z } from 'zod';
import type { Told } from './asked-snapshots.ts';
import { CommittedReader } from './committed-reader.ts';

const notification = z.object({
  id: z.string(),
  type: z.string(),
  aggregate_type: z.string(),
  additional_data: z.record(z.string(), z.string()).nullable(),
});

/** Reads what connectors tell of their snapshots, by topic. */
export class ToldReader {
  readonly #told: ReadonlyMap<string, Told[]>;
  readonly #reader: CommittedReader;

  constructor(bootstrap: string, topics: readonly string[]) {
    this.#told = new Map(topics.map((topic) => [topic, []]));
    this.#reader = new CommittedReader(bootstrap, topics, ({ topic, value, timestamp }) => {
      const {
        id,
        type,
        aggregate_type: aggregate,
        additional_data: data,
      } = notification.parse(JSON.parse(value?.toString('utf8') ?? 'null'));
      this.#told.get(topic)?.push({ id, type, aggregate, data: data ?? {}, timestampMs: Number(timestamp) });
    });
  }

  start(): Promise<void> {
    return this.#reader.start();
  }

  of(topic: string): readonly Told[] {
    return this.#told.get(topic) ?? [];
  }

  /** Everything, topic by topic. */
  get all(): (Told & { readonly topic: string })[] {
    return [...this.#told].flatMap(([topic, told]) => told.map((each) => ({ ...each, topic })));
  }

  until(holds: () => boolean, within: { silenceMs: number; signal: AbortSignal }): Promise<boolean> {
    return this.#reader.until(holds, within);
  }

  stop(): Promise<void> {
    return this.#reader.stop();
  }
}
