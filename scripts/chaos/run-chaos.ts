import type { Stack } from '../stack/stack.ts';
import { planFaults } from './fault-plan.ts';
import { FaultRun } from './fault-run.ts';
import type { Field } from './field.ts';
import { judge, type Judgement } from './judge.ts';
import { closeField, openField, startConnectors } from './set-up.ts';
import { notRunning, readTopics, untilAllRun, untilNothingIsRead } from './settle.ts';
import { keepEvidence, type Evidence } from './evidence.ts';

export interface ChaosOptions {
  /** Empty; the caller closes it. */
  readonly stack: Stack;
  readonly seed: number;
  readonly minutes: number;
  readonly workers: number;
  readonly connectors: number;
  readonly faultsPerMinute: number;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
  /** Takes logs and records when something was wrong. */
  readonly evidenceFolder: string;
}

export interface ChaosReport {
  readonly faults: number;
  readonly judgement: Judgement;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

/** The least that brokers take by default, so that many sessions end in a run. */
const SESSION_TIMEOUT_MS = 6000;
const TICK_MS = 10_000;

/** A cluster under load and under faults, and what came of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const lines: string[] = [];
  const print = (line: string): void => {
    lines.push(`${new Date().toISOString()} ${line}`);
    options.print(line);
  };
  print(`seed ${options.seed}, ${options.minutes} minutes, ${options.faultsPerMinute} faults a minute`);
  const field = await openField({ ...options, print, sessionTimeoutMs: SESSION_TIMEOUT_MS });
  try {
    await startConnectors(field);
    const plan = planFaults({
      ...options,
      brokers: field.kafka.brokers.length,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    });
    print(`${options.connectors} connectors stream on ${options.workers} workers; ${plan.length} faults are planned`);
    const ticks = setInterval(() => print(`  ${committed(field)} changes committed`), TICK_MS);
    const { faults, failures } = await new FaultRun(field)
      .run(plan, options.minutes * 60_000)
      .finally(() => clearInterval(ticks));
    const report = await conclude(field, failures);
    const problems = report.problems.map((problem) => problem.slice(0, 4000));
    for (const problem of problems) print(`PROBLEM ${problem}`);
    if (problems.length > 0) {
      await keepEvidence(options.evidenceFolder, { stackFolder: options.stack.folder, lines, ...report });
      print(`seed ${options.seed}; logs, faults and records are kept in ${options.evidenceFolder}`);
    }
    return { faults, judgement: report.judgement, problems };
  } catch (error) {
    if (!options.signal.aborted) {
      print(`ended by ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await keepEvidence(options.evidenceFolder, { stackFolder: options.stack.folder, lines });
      print(`seed ${options.seed}; logs and faults are kept in ${options.evidenceFolder}`);
    }
    throw error;
  } finally {
    for (const { load } of field.connectors) await load.close();
    await closeField(field);
  }
}

async function conclude(
  field: Field,
  failures: readonly string[],
): Promise<Pick<Evidence, 'reader' | 'told'> & { judgement: Judgement; problems: string[] }> {
  field.print('the faults are over; waiting until everything runs');
  const notBack = await untilAllRun(field);
  const stillRead = await untilNothingIsRead(field);
  field.print('reading the topics');
  const { reader, told, problems: notArrived } = await readTopics(field);
  const atEnd = await notRunning(field);
  const judgement = await judge(field, reader, told);
  const { written, delivered, rows, snapshots } = judgement;
  field.print(`changes committed ${written}, records delivered ${delivered}, ${rows} of them rows of snapshots`);
  field.print(snapshotsLine(snapshots));
  const problems = [...failures, ...notBack, ...stillRead, ...notArrived, ...atEnd, ...judgement.problems];
  return { judgement, reader, told, problems };
}

function committed({ connectors }: Field): number {
  return connectors.reduce((sum, { load }) => sum + load.committed, 0);
}

function snapshotsLine({ initial, incremental, stopped, addedTables, signals }: Judgement['snapshots']): string {
  const all = `snapshots completed: ${initial} initial, ${incremental} asked for (${stopped} more stopped by a signal)`;
  return `${all}, ${addedTables} of added tables; signals ${signals}`;
}

/** The line that a run ends with. */
export function chaosLine({ faults, judgement }: ChaosReport): string {
  const { lost, duplicated, outOfOrder } = judgement;
  return `faults ${faults}, lost ${lost}, duplicated ${duplicated}, out of order ${outOfOrder}`;
}
