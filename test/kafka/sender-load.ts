import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import type { Sender, SenderOptions, TopicSender } from '../../kafka/sender/sender.ts';

import { openSender } from './sender-fixture.ts';

export type LoadOptions = Partial<SenderOptions> & {
  readonly cluster: Cluster;
  readonly topic: string;
  readonly offsetsTopic: string;
  /** Records are appended up to this many bytes ahead of the commits. */
  readonly aheadBytes?: number;
};

const KEYS = 60;
const BURST = 50;
const DEFAULT_AHEAD_BYTES = 2_000_000;
const OPEN_MS = 20_000;

// Of several sizes, so that batches end at odd places.
const paddings = [0, 7, 90, 250, 1500].map((length) => 'x'.repeat(length));

/** The newest version of each key that a commit covers. */
export type Versions = ReadonlyMap<string, number>;

/**
 * Appends versions 1, 2, 3, … of each key and commits without a pause, always ahead of the commits, as a task does that
 * drains a backlog.
 */
export class SenderLoad {
  readonly #sender: Sender;
  readonly #topic: TopicSender;
  readonly #offsets: TopicSender;
  readonly #aheadBytes: number;
  readonly #versions = new Map<string, number>();
  #count = 0;
  #committing: Promise<void> | undefined;
  #acknowledged = 0;
  commits = 0;
  slowestCommitMs = 0;

  private constructor(sender: Sender, topic: TopicSender, offsets: TopicSender, aheadBytes: number) {
    this.#sender = sender;
    this.#topic = topic;
    this.#offsets = offsets;
    this.#aheadBytes = aheadBytes;
  }

  static async open(options: LoadOptions): Promise<SenderLoad> {
    const signal = AbortSignal.timeout(OPEN_MS);
    const sender = await openSender(options.cluster, options);
    const topic = await sender.topic(options.topic, { signal });
    const offsets = await sender.topic(options.offsetsTopic, { signal });
    return new SenderLoad(sender, topic, offsets, options.aheadBytes ?? DEFAULT_AHEAD_BYTES);
  }

  /** Records whose commit has resolved. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get sender(): Sender {
    return this.#sender;
  }

  /** Runs for so long, or until the signal aborts, then commits the rest. Returns what must be in the topic now. */
  async run(milliseconds: number): Promise<Versions> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      if (this.#sender.pendingBytes < this.#aheadBytes) this.#burst();
      this.#committing ??= this.#commit();
      await Promise.race([this.#committing, delay(1)]);
    }
    while (this.#committing !== undefined) await this.#committing;
    await this.#commit();
    assert.equal(this.#sender.pendingBytes, 0);
    return this.#versions;
  }

  async close(): Promise<void> {
    await this.#sender.close();
  }

  #burst(): void {
    for (let i = 0; i < BURST; i += 1) {
      const key = `key-${this.#count % KEYS}`;
      const version = (this.#versions.get(key) ?? 0) + 1;
      this.#versions.set(key, version);
      const padding = paddings[this.#count % paddings.length] ?? '';
      this.#topic.append(recordOf(Buffer.from(key), Buffer.from(`${version} ${padding}`)));
      this.#count += 1;
    }
  }

  async #commit(): Promise<void> {
    const begin = performance.now();
    const covered = this.#count;
    const value = Buffer.from(String(covered));
    await this.#sender.commit([{ topic: this.#offsets, key: Buffer.from('position'), value }]);
    this.slowestCommitMs = Math.max(this.slowestCommitMs, performance.now() - begin);
    this.commits += 1;
    this.#acknowledged = covered;
    this.#committing = undefined;
  }
}
