import { setTimeout as delay } from 'node:timers/promises';
import { PluginError, schemas, settingValues, Struct, structSchema } from 'millrace/sdk';
import type { RecordEvent, SettingValues, SourceTask, TaskContext } from 'millrace/sdk';
import { pollSettings } from './poll-settings.ts';

interface Item {
  readonly id: number;
  readonly text: string;
}

/** Made once: converters keep what they derive from a schema object. */
const itemSchema = structSchema('com.example.Item', { id: schemas.int64, text: schemas.string });

/** Asks each of its addresses for what is newer than the last item that Kafka holds. */
export class PollTask implements SourceTask {
  readonly #context: TaskContext;
  readonly #settings: SettingValues<typeof pollSettings>;

  constructor(context: TaskContext) {
    this.#context = context;
    this.#settings = settingValues(pollSettings, context.config);
  }

  async run(): Promise<void> {
    const { signal } = this.#context;
    const newest = new Map<string, bigint>();
    for (const url of this.#settings.urls) newest.set(url, await this.#storedId(url));
    this.#context.started();
    while (!signal.aborted) {
      for (const [url, after] of newest) {
        const items = await this.#itemsAfter(url, after);
        const last = items.at(-1);
        if (last === undefined) continue;
        // Records and offset are committed in one transaction: after a crash it goes on exactly here.
        const offsets = [{ partition: { url }, offset: { id: BigInt(last.id) } }];
        const bytes = items.reduce((sum, { text }) => sum + text.length + 100, 0);
        await this.#context.emit({ events: items.map((item) => this.#event(item)), offsets, bytes }).room;
        newest.set(url, BigInt(last.id));
      }
      await delay(this.#settings.everyMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
    }
  }

  async #storedId(url: string): Promise<bigint> {
    const offset = await this.#context.readOffset({ url });
    return BigInt(offset?.['id'] ?? 0);
  }

  async #itemsAfter(url: string, after: bigint): Promise<readonly Item[]> {
    const address = new URL(url);
    address.searchParams.set('after', String(after));
    const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(30_000)]);
    const answer = await fetch(address, { signal });
    // 4xx will not get better by itself; everything else that goes wrong here (PLUGIN_FAILED) is tried again.
    if (answer.status >= 400 && answer.status < 500)
      throw new PluginError('PLUGIN_NEEDS_HELP', `${url} answered ${answer.status}`);
    if (!answer.ok) throw new PluginError('PLUGIN_FAILED', `${url} answered ${answer.status}`);
    return (await answer.json()) as Item[];
  }

  #event({ id, text }: Item): RecordEvent {
    const record = {
      topic: this.#settings.topic,
      partition: null,
      keySchema: schemas.int64,
      key: BigInt(id),
      valueSchema: itemSchema,
      value: new Struct(itemSchema, [BigInt(id), text]),
      timestampMs: Date.now(),
      headers: [],
    };
    return { kind: 'record', record };
  }
}
