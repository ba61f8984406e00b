import type { BenchStack } from './bench-stack.ts';
import { drainRound } from './drain-round.ts';
import { roundLine, type Side } from './drain-summary.ts';
import { dropSlot } from './seven-columns.ts';

export interface DrainRounds {
  readonly bench: BenchStack;
  readonly sides: readonly Side[];
  readonly table: string;
  readonly rows: number;
  /** Counted rounds of each side, after one that warms up. */
  readonly rounds: number;
  /** Tasks that work in one worker. */
  readonly tasksPerWorker: number;
  /** The connector of a side, with a slot of its own. */
  readonly configOf: (side: Side, slot: string) => Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
}

/** The slot of a round. */
export function slotOf({ key }: Pick<Side, 'key'>, round: number): string {
  return `${key}_${round}`;
}

/** The sides in turn, round by round; the counted ones are kept with their side. */
export async function drainRounds(options: DrainRounds): Promise<void> {
  const { bench, sides, table, rows, rounds, tasksPerWorker, configOf, print } = options;
  for (let round = 0; round <= rounds; round += 1) {
    for (const side of sides) {
      const slot = slotOf(side, round);
      const result = await drainRound({
        bench,
        contender: side.contender,
        table,
        slot,
        rows,
        tasksPerWorker,
        config: configOf(side, slot),
      });
      await dropSlot(bench.postgres.address, slot);
      if (round > 0) side.rounds.push(result);
      print(roundLine(round, side, result));
    }
  }
}
