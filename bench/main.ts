import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import type { DrainReference } from './pg-drain.ts';

function count(text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isInteger(value) || value <= 0) throw new InvalidArgumentError('a whole number above 0 is wanted');
  return value;
}

function against(text: string): true {
  if (text !== 'debezium') throw new InvalidArgumentError('the only reference is debezium');
  return true;
}

/** What a backlog can be drained against. */
function drainReference(text: string): DrainReference {
  if (text !== 'debezium' && text !== 'at-least-once')
    throw new InvalidArgumentError('the references are debezium and at-least-once');
  return text;
}

function pairs(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('key=value is wanted');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

const print = (line: string): void => console.log(line);

/** Prints and, with --json, writes what a benchmark found. */
async function finish(result: Record<string, unknown>, file: string | undefined): Promise<void> {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  print(`machine: ${machine}`);
  if (file !== undefined)
    await writeFile(file, `${JSON.stringify({ ...result, machine, at: new Date().toISOString() }, undefined, 2)}\n`);
}

const program = new Command('bench').description('Benchmarks, side by side with the reference in one run');
program
  .command('pg-drain')
  .description('A backlog of rows in a slot, drained into one partition')
  .option('--rows <n>', 'rows in the backlog', count, 1_000_000)
  .option('--rounds <n>', 'counted rounds of each side, after a warm-up', count, 3)
  .option(
    '--against <reference>',
    'debezium: Kafka Connect with Debezium, tuned, at-least-once (its default); at-least-once: ours without transactions',
    drainReference,
  )
  .option('--at-least-once', 'ours without transactions')
  .option('--connector <key=value>', 'a connector setting more, on both sides', pairs, {})
  .option('--json <file>', 'write the figures there')
  .action(
    async (options: {
      rows: number;
      rounds: number;
      against?: DrainReference;
      atLeastOnce?: boolean;
      connector: Readonly<Record<string, string>>;
      json?: string;
    }) => {
      const { pgDrain } = await import('./pg-drain.ts');
      const { rows, rounds, connector: extra } = options;
      await finish(
        await pgDrain({
          rows,
          rounds,
          against: options.against,
          exactlyOnce: options.atLeastOnce !== true,
          extra,
          print,
        }),
        options.json,
      );
    },
  );
program
  .command('pg-snapshot')
  .description('The initial snapshot of one table into one partition')
  .option('--rows <n>', 'rows of the table', count, 2_000_000)
  .option('--rounds <n>', 'counted rounds of each side, after a warm-up', count, 3)
  .option('--tasks <n>', 'tasks.max of ours, snapshot.max.threads of the reference', count, 2)
  .option('--workers <n>', 'workers of ours that share the tasks', count, 2)
  .option('--against <reference>', 'debezium: Kafka Connect with Debezium, tuned, at-least-once', against, false)
  .option('--connector <key=value>', 'a connector setting more, on both sides', pairs, {})
  .option('--json <file>', 'write the figures there')
  .action(
    async (options: {
      rows: number;
      rounds: number;
      tasks: number;
      workers: number;
      against: boolean;
      connector: Readonly<Record<string, string>>;
      json?: string;
    }) => {
      const { pgSnapshot } = await import('./pg-snapshot.ts');
      const { rows, rounds, tasks, workers, connector: extra } = options;
      await finish(
        await pgSnapshot({ rows, rounds, tasks, workers, against: options.against, extra, print }),
        options.json,
      );
    },
  );
program
  .command('pg-latency')
  .description('From the commit to the moment a read_committed reader has the record')
  .option('--rate <n>', 'rows per second', count, 1000)
  .option('--commit-rows <n>', 'rows in a commit', count, 100)
  .option('--seconds <n>', 'seconds measured in a round', count, 20)
  .option('--rounds <n>', 'counted rounds of each side, after a warm-up', count, 3)
  .option('--against <reference>', 'debezium, with exactly-once on and off', against, false)
  .option('--json <file>', 'write the figures there')
  .action(
    async (options: {
      rate: number;
      commitRows: number;
      seconds: number;
      rounds: number;
      against: boolean;
      json?: string;
    }) => {
      const { pgLatency } = await import('./pg-latency.ts');
      const { rate: rowsPerSecond, commitRows, seconds, rounds } = options;
      await finish(
        await pgLatency({ rowsPerSecond, commitRows, seconds, rounds, against: options.against, print }),
        options.json,
      );
    },
  );
program
  .command('connectors')
  .description('Many connectors on one worker: time to the first record of each, and memory')
  .option('--postgres <n>', 'PostgreSQL connectors, each with its own slot', count, 50)
  .option('--load <n>', 'load connectors of ten records per second', count, 150)
  .option('--seconds <n>', 'how long all of them run before the memory is read', count, 20)
  .option('--json <file>', 'write the figures there')
  .action(async (options: { postgres: number; load: number; seconds: number; json?: string }) => {
    const { manyConnectors } = await import('./many-connectors.ts');
    const { postgres, load, seconds } = options;
    await finish(await manyConnectors({ postgres, load, seconds, print }), options.json);
  });
program
  .command('pg-many-tables')
  .description('One connector over very many tables: time to the first change, without and with a snapshot, and memory')
  .option('--tables <n>', 'tables of ten columns', count, 20_000)
  .option('--rows <n>', 'rows of each', count, 2)
  .option('--tasks <n>', 'tasks.max', count, 1)
  .option('--json <file>', 'write the figures there')
  .action(async (options: { tables: number; rows: number; tasks: number; json?: string }) => {
    const { manyTables } = await import('./many-tables.ts');
    const { tables, rows, tasks } = options;
    await finish(await manyTables({ tables, rows, tasks, print }), options.json);
  });
program
  .command('encode')
  .description('Decoder and encoder alone, from recorded pgoutput bytes of the seven columns')
  .option('--rows <n>', 'rows in a round', count, 300_000)
  .option('--rounds <n>', 'rounds', count, 5)
  .option('--json <file>', 'write the figures there')
  .action(async (options: { rows: number; rounds: number; json?: string }) => {
    const { run } = await import('./encode.ts');
    await finish(await run({ rows: options.rows, rounds: options.rounds, print }), options.json);
  });
await program.parseAsync();
