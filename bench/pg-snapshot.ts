import pg from 'pg';
import type { PostgresAddress } from '../scripts/stack/postgres-server.ts';
import { openBenchStack, startDebezium, startOurs } from './bench-stack.ts';
import { connectorConfig } from './contender.ts';
import { drainRounds } from './drain-rounds.ts';
import { summarise, type Side } from './drain-summary.ts';
import { createTable, insertRows } from './seven-columns.ts';

export interface SnapshotBench {
  readonly rows: number;
  readonly rounds: number;
  readonly against: boolean;
  /** Tasks of ours, threads of the reference. */
  readonly tasks: number;
  /** Workers of ours that the tasks are spread over. */
  readonly workers: number;
  readonly extra: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
}

const TABLE = 'measured';

/** The initial snapshot of one table into one partition, by the sides in turn; the first round of each is not counted. */
export async function pgSnapshot(options: SnapshotBench): Promise<Record<string, unknown>> {
  const { rows, rounds, against, tasks, workers, extra, print } = options;
  const bench = await openBenchStack('bench', print);
  try {
    const { address } = bench.postgres;
    const sides: Side[] = [{ contender: await startOurs(bench.stack, true, workers), key: 'ours', rounds: [] }];
    if (against) sides.push({ contender: await startDebezium(bench.stack, false), key: 'reference', rounds: [] });
    await createTable(address, TABLE);
    print(`inserting ${rows.toLocaleString('en')} rows`);
    await insertRows(address, TABLE, rows, 10_000);
    const limit = await copyLimit(address, rows);
    print(`the server's own limit: ${limit}`);
    const configOf = ({ key }: Side, slot: string) => ({
      ...connectorConfig({ address, table: TABLE, slot, prefix: slot, extra }),
      'snapshot.mode': 'initial',
      'publication.autocreate.mode': 'filtered',
      ...(key === 'ours' ? { 'tasks.max': String(tasks) } : { 'snapshot.max.threads': String(tasks) }),
    });
    await drainRounds({
      bench,
      sides,
      table: TABLE,
      rows,
      rounds,
      tasksPerWorker: Math.ceil(tasks / workers),
      configOf,
      print,
    });
    return summarise('pg-snapshot', { sides, limit }, print);
  } finally {
    await bench.close();
  }
}

/** What one session of the server can do: COPY of the whole table into nowhere, on the server itself. A sentence for the report. */
async function copyLimit(address: PostgresAddress, rows: number): Promise<string> {
  const client = new pg.Client(address);
  await client.connect();
  await client.query(`VACUUM (ANALYZE) ${TABLE}`);
  const begin = performance.now();
  await client.query(`COPY ${TABLE} TO '/dev/null'`);
  const seconds = (performance.now() - begin) / 1000;
  await client.end();
  return `${Math.round(rows / seconds).toLocaleString('en')} rows/s (one COPY to /dev/null)`;
}
