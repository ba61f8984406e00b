import { openBenchStack, startDebezium, startOurs } from './bench-stack.ts';
import type { Contender } from './contender.ts';
import { drainRound, type DrainRound } from './drain-round.ts';
import { createSlot, createTable, dropSlot, insertRows } from './seven-columns.ts';
import { serverLimit } from './server-limit.ts';
import { spread, spreadText } from './statistics.ts';

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

interface Side {
  readonly contender: Contender;
  readonly key: 'ours' | 'reference';
  readonly rounds: DrainRound[];
}

/** Medians of one side as they go into the JSON file. */
function figuresOf(rounds: readonly DrainRound[]): Record<string, unknown> {
  return {
    rowsPerSecond: spread(rounds.map((round) => round.rowsPerSecond)),
    cpuSecondsPerMillion: spread(rounds.map((round) => round.cpuSecondsPerMillion)),
    peakRssBytes: spread(rounds.map((round) => round.peakRssBytes)),
    peakWorkingRssBytes: spread(rounds.map((round) => round.peakWorkingRssBytes)),
  };
}

function median(rounds: readonly DrainRound[], of: (round: DrainRound) => number): number {
  return spread(rounds.map(of)).median;
}

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
    const slots = sides.flatMap(({ key }) => Array.from({ length: rounds + 1 }, (_, round) => `${key}_${round}`));
    for (const slot of [...slots, 'server_limit']) await createSlot(address, slot, TABLE);
    print(`inserting ${rows.toLocaleString('en')} rows in commits of ${COMMIT_ROWS}`);
    await insertRows(address, TABLE, rows, COMMIT_ROWS);
    const limit = await serverLimit(address, 'server_limit', rows);
    print(`the server's own limit: ${limit}`);
    for (let round = 0; round <= rounds; round += 1) {
      for (const side of sides) {
        const slot = `${side.key}_${round}`;
        const result = await drainRound({ bench, contender: side.contender, table: TABLE, slot, rows, extra });
        await dropSlot(address, slot);
        if (round > 0) side.rounds.push(result);
        print(
          `${round === 0 ? 'warm-up' : `round ${round}`}  ${side.contender.name}: ${Math.round(result.rowsPerSecond).toLocaleString('en')} rows/s, ` +
            `${result.cpuSecondsPerMillion.toFixed(2)} CPU s per million, peak RSS ${Math.round(result.peakRssBytes / 1e6)} MB`,
        );
      }
    }
    return summarise(sides, limit, print);
  } finally {
    await bench.close();
  }
}

function summarise(sides: readonly Side[], limit: string, print: (line: string) => void): Record<string, unknown> {
  for (const { contender, rounds } of sides) {
    print(contender.name);
    print(`  rows/s                 ${spreadText(spread(rounds.map((round) => round.rowsPerSecond)))}`);
    print(`  CPU s per million rows ${spreadText(spread(rounds.map((round) => round.cpuSecondsPerMillion)))}`);
    print(`  peak RSS MB            ${spreadText(spread(rounds.map((round) => round.peakRssBytes / 1e6)))}`);
    print(`  … without idle spare   ${spreadText(spread(rounds.map((round) => round.peakWorkingRssBytes / 1e6)))}`);
  }
  const [ours, reference] = sides;
  const result: Record<string, unknown> = {
    benchmark: 'pg-drain',
    serverLimit: limit,
    ours: figuresOf(ours?.rounds ?? []),
  };
  if (ours === undefined || reference === undefined) return result;
  const ratio = (of: (round: DrainRound) => number): number => median(ours.rounds, of) / median(reference.rounds, of);
  const ratios = {
    rowsPerSecond: ratio((round) => round.rowsPerSecond),
    cpuPerRow: ratio((round) => round.cpuSecondsPerMillion),
    rss: ratio((round) => round.peakRssBytes),
  };
  print(
    `ours / reference: rows/s ${ratios.rowsPerSecond.toFixed(2)}, CPU per row ${ratios.cpuPerRow.toFixed(3)} (1/${(1 / ratios.cpuPerRow).toFixed(1)}), RSS ${ratios.rss.toFixed(2)}`,
  );
  return { ...result, reference: figuresOf(reference.rounds), ratios };
}
