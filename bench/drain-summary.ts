import type { Contender } from './contender.ts';
import type { DrainRound } from './drain-round.ts';
import { spread, spreadText } from './statistics.ts';

/** One contender and its counted rounds. */
export interface Side {
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
    peakWorkerRssBytes: spread(rounds.map((round) => round.peakWorkerRssBytes)),
  };
}

function median(rounds: readonly DrainRound[], of: (round: DrainRound) => number): number {
  return spread(rounds.map(of)).median;
}

/** One round as it is printed; round 0 warms up. */
export function roundLine(round: number, { contender }: Side, result: DrainRound): string {
  const cpu = `${result.cpuSecondsPerMillion.toFixed(2)} CPU s per million, peak RSS ${Math.round(result.peakRssBytes / 1e6)} MB`;
  return `${round === 0 ? 'warm-up' : `round ${round}`}  ${contender.name}: ${Math.round(result.rowsPerSecond).toLocaleString('en')} rows/s, ${cpu}`;
}

/** Prints medians, ranges and ratios; answers them as they go into the JSON file. */
export function summarise(
  benchmark: string,
  { sides, limit }: { readonly sides: readonly Side[]; readonly limit: string },
  print: (line: string) => void,
): Record<string, unknown> {
  for (const { contender, rounds } of sides) {
    print(contender.name);
    print(`  rows/s                 ${spreadText(spread(rounds.map((round) => round.rowsPerSecond)))}`);
    print(`  CPU s per million rows ${spreadText(spread(rounds.map((round) => round.cpuSecondsPerMillion)))}`);
    print(`  peak RSS MB            ${spreadText(spread(rounds.map((round) => round.peakRssBytes / 1e6)))}`);
    print(`  … without idle spares  ${spreadText(spread(rounds.map((round) => round.peakWorkingRssBytes / 1e6)))}`);
    if (contender.pids.length > 1)
      print(`  … of one worker        ${spreadText(spread(rounds.map((round) => round.peakWorkerRssBytes / 1e6)))}`);
  }
  const [ours, reference] = sides;
  const result: Record<string, unknown> = {
    benchmark,
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
