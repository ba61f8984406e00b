import { ConnectClient } from '../scripts/demo/connect-client.ts';
import { createTopic } from '../scripts/demo/create-topic.ts';
import type { BenchStack } from './bench-stack.ts';
import type { Contender } from './contender.ts';
import { UsageWatch, type Used } from './process-usage.ts';
import { TopicWatch, untilEnd } from './topic-watch.ts';

export interface DrainRound extends Omit<Used, 'cpuSeconds'> {
  readonly rowsPerSecond: number;
  readonly cpuSecondsPerMillion: number;
}

export interface DrainOptions {
  readonly bench: BenchStack;
  readonly contender: Contender;
  readonly table: string;
  readonly slot: string;
  readonly rows: number;
  /** Tasks that work in one worker, each in a task host. */
  readonly tasksPerWorker: number;
  readonly config: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 300_000;

/**
 * One connector drains one slot's backlog, or a table, into a topic of its own. Rows per second are counted by the broker's clock, from the
 * append of the first record to that of the last (message.timestamp.type=LogAppendTime), so that neither start-up nor this
 * process's own looking counts; CPU covers everything from before the POST.
 */
export async function drainRound(options: DrainOptions): Promise<DrainRound> {
  const { bench, contender, table, slot, rows, tasksPerWorker, config } = options;
  const bootstrap = bench.kafka.bootstrap;
  const topic = `${slot}.public.${table}`;
  await createTopic(bootstrap, topic, 1, { 'message.timestamp.type': 'LogAppendTime' });
  const client = new ConnectClient(contender.url);
  const usage = await UsageWatch.start(contender.pids, tasksPerWorker);
  await client.create(slot, config);
  await client.untilRunning(slot, 60_000);
  await untilEnd(bootstrap, topic, rows, TIMEOUT_MS);
  const { cpuSeconds, ...peaks } = await usage.stop();
  const seconds = await appendSeconds(bootstrap, topic, rows);
  await client.delete(slot);
  return { rowsPerSecond: rows / seconds, cpuSecondsPerMillion: (cpuSeconds * 1e6) / rows, ...peaks };
}

/** Seconds between the first and the last append, and proof that exactly the rows are there. */
async function appendSeconds(bootstrap: string, topic: string, rows: number): Promise<number> {
  let first: bigint | undefined;
  let last = 0n;
  const watch = new TopicWatch(bootstrap, topic, (record) => {
    first ??= record.timestampMs;
    last = record.timestampMs;
  });
  try {
    await watch.start();
    await watch.until(rows);
    if (watch.count !== rows) throw new Error(`${topic} holds ${watch.count} records, not ${rows}`);
  } finally {
    await watch.close();
  }
  return Number(last - (first ?? 0n)) / 1000;
}
