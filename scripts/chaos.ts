import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { chaosLine, runChaos } from './chaos/run-chaos.ts';
import { Stack } from './stack/stack.ts';

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly workers: number;
  readonly connectors: number;
  readonly faultsPerMinute: number;
  readonly logs: string;
}

/** `npm run chaos`: exits 0 only if nothing was lost, repeated or out of order and every connector runs at the end. */
async function main(options: Options): Promise<void> {
  const begin = performance.now();
  const print = (line: string): void =>
    console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
  const stack = await Stack.open({ name: 'chaos', log: print });
  const started = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const evidenceFolder = join(options.logs, `millrace-chaos-seed-${options.seed}-${started}`);
  try {
    const report = await runChaos({ ...options, stack, signal: interruption.signal, print, evidenceFolder });
    process.exitCode = report.problems.length === 0 ? 0 : 1;
    console.log(chaosLine(report));
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await stack.close();
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return number;
}

function whole(text: string): number {
  const number = positive(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('a whole number is wanted');
  return number;
}

await new Command('chaos')
  .description(
    'A cluster under load whose parts are killed, frozen, cut off and reconfigured: compares topics with tables',
  )
  .option('--minutes <number>', 'how long faults happen', positive, 15)
  .option('--seed <number>', 'names the run: the same seed, minutes and numbers give the same faults', whole, 1)
  .option('--workers <number>', 'workers in the cluster', whole, 3)
  .option('--connectors <number>', 'connectors, each with three tables and a slot of its own', whole, 6)
  .option('--faults-per-minute <number>', 'faults per minute', positive, 6)
  .option('--logs <folder>', 'where the logs of a run that failed are kept', tmpdir())
  .action(main)
  .parseAsync();
