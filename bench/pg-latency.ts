import { createTopic } from '../scripts/demo/create-topic.ts';
import { ConnectClient } from '../scripts/demo/connect-client.ts';
import { openBenchStack, startDebezium, startOurs, type BenchStack } from './bench-stack.ts';
import { connectorConfig, type Contender } from './contender.ts';
import { createSlot, createTable, dropSlot, insertSteadily } from './seven-columns.ts';
import { percentile, spread, spreadText } from './statistics.ts';
import { TopicWatch } from './topic-watch.ts';

export interface LatencyBench {
  readonly rowsPerSecond: number;
  readonly commitRows: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly against: boolean;
  readonly print: (line: string) => void;
}

/** Seconds at the start of a round that are not counted: connections, caches, the JVM's compiler. */
const WARM_UP_SECONDS = 3;
const FRACTIONS = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 } as const;
type Percentiles = Record<keyof typeof FRACTIONS, number>;

/** Milliseconds from the commit in PostgreSQL (source.ts_us) to the moment a read_committed reader has the record. */
async function latencyRound(
  bench: BenchStack,
  contender: Contender,
  slot: string,
  options: LatencyBench,
): Promise<Percentiles> {
  const { address } = bench.postgres;
  const table = `t_${slot}`;
  const topic = `${slot}.public.${table}`;
  await createTable(address, table);
  await createSlot(address, slot, table);
  await createTopic(bench.kafka.bootstrap, topic, 1);
  const client = new ConnectClient(contender.url);
  await client.create(
    slot,
    connectorConfig({
      address,
      table,
      slot,
      prefix: slot,
      extra: { 'producer.override.linger.ms': '0', 'max.batch.size': '2048', 'poll.interval.ms': '5' },
    }),
  );
  await client.untilRunning(slot, 60_000);
  const latencies: number[] = [];
  const warmUpRows = WARM_UP_SECONDS * options.rowsPerSecond;
  let seen = 0;
  const watch = new TopicWatch(bench.kafka.bootstrap, topic, ({ value }) => {
    const nowMicros = (performance.timeOrigin + performance.now()) * 1000;
    seen += 1;
    const committed = value === null ? undefined : /"ts_us":(\d+)/.exec(value.toString('latin1'))?.[1];
    if (committed !== undefined && seen > warmUpRows) latencies.push((nowMicros - Number(committed)) / 1000);
  });
  await watch.start();
  try {
    const written = await insertSteadily(address, {
      table,
      rowsPerSecond: options.rowsPerSecond,
      commitRows: options.commitRows,
      seconds: WARM_UP_SECONDS + options.seconds,
    });
    await watch.until(written);
  } finally {
    await watch.close();
  }
  await client.delete(slot);
  await dropSlot(address, slot);
  const at = (fraction: number): number => percentile(latencies, fraction);
  return { p50: at(FRACTIONS.p50), p95: at(FRACTIONS.p95), p99: at(FRACTIONS.p99), max: at(FRACTIONS.max) };
}

/** Ours with exactly-once; the reference with it off and on: all three in turn, on the same servers. */
export async function pgLatency(options: LatencyBench): Promise<Record<string, unknown>> {
  const { print, rounds } = options;
  const bench = await openBenchStack('bench', print);
  try {
    const sides: { contender: Contender; key: string; rounds: Percentiles[] }[] = [
      { contender: await startOurs(bench.stack, true), key: 'ours', rounds: [] },
    ];
    if (options.against) {
      sides.push({ contender: await startDebezium(bench.stack, true), key: 'reference', rounds: [] });
      sides.push({ contender: await startDebezium(bench.stack, false), key: 'reference_alo', rounds: [] });
    }
    for (let round = 0; round <= rounds; round += 1) {
      for (const side of sides) {
        const result = await latencyRound(bench, side.contender, `${side.key}_${round}`, options);
        if (round > 0) side.rounds.push(result);
        print(
          `${round === 0 ? 'warm-up' : `round ${round}`}  ${side.contender.name}: ${Object.entries(result)
            .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
            .join(', ')} ms`,
        );
      }
    }
    const result: Record<string, unknown> = {
      benchmark: 'pg-latency',
      rowsPerSecond: options.rowsPerSecond,
      commitRows: options.commitRows,
    };
    for (const { contender, key, rounds: done } of sides) {
      print(contender.name);
      const figures: Record<string, unknown> = {};
      for (const name of Object.keys(FRACTIONS) as (keyof typeof FRACTIONS)[]) {
        const values = spread(done.map((round) => round[name]));
        figures[name] = values;
        print(`  ${name.padEnd(4)} ${spreadText(values)} ms`);
      }
      result[key] = figures;
    }
    return result;
  } finally {
    await bench.close();
  }
}
