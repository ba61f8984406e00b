import { openBenchStack, startDebezium, startOurs } from './bench-stack.ts';
import { connectorConfig } from './contender.ts';
import { drainRounds, slotOf } from './drain-rounds.ts';
import { summarise, type Side } from './drain-summary.ts';
import { createSlot, createTable, insertRows } from './seven-columns.ts';
import { serverLimit } from './server-limit.ts';

/** Debezium at-least-once, or ours without transactions: what exactly-once costs. */
export type DrainReference = 'debezium' | 'at-least-once';

export interface DrainBench {
  readonly rows: number;
  readonly rounds: number;
  readonly against: DrainReference | undefined;
  readonly exactlyOnce: boolean;
  readonly extra: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
}

const TABLE = 'measured';
const COMMIT_ROWS = 100;

/**
 * A backlog of rows in as many slots as there are rounds, all created before the rows, drained by the sides in turn. The first
 * round of each side is not counted: it warms the JVM (and ours) up.
 */
export async function pgDrain({
  rows,
  rounds,
  against,
  exactlyOnce,
  extra,
  print,
}: DrainBench): Promise<Record<string, unknown>> {
  const bench = await openBenchStack('bench', print);
  try {
    const { address } = bench.postgres;
    const sides: Side[] = [{ contender: await startOurs(bench.stack, exactlyOnce), key: 'ours', rounds: [] }];
    if (against !== undefined)
      sides.push({
        contender: await (against === 'debezium' ? startDebezium : startOurs)(bench.stack, false),
        key: 'reference',
        rounds: [],
      });
    await createTable(address, TABLE);
    const slots = sides.flatMap((side) => Array.from({ length: rounds + 1 }, (_, round) => slotOf(side, round)));
    for (const slot of [...slots, 'server_limit']) await createSlot(address, slot, TABLE);
    print(`inserting ${rows.toLocaleString('en')} rows in commits of ${COMMIT_ROWS}`);
    await insertRows(address, TABLE, rows, COMMIT_ROWS);
    const limit = await serverLimit(address, 'server_limit', rows);
    print(`the server's own limit: ${limit}`);
    const configOf = (_: Side, slot: string) => connectorConfig({ address, table: TABLE, slot, prefix: slot, extra });
    await drainRounds({ bench, sides, table: TABLE, rows, rounds, tasksPerWorker: 1, configOf, print });
    return summarise('pg-drain', { sides, limit }, print);
  } finally {
    await bench.close();
  }
}
