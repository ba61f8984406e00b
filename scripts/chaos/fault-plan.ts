import type { Fault, FaultKind } from './fault.ts';
import { SeededRandom } from '../testing/seeded-random.ts';

export interface PlanOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly faultsPerMinute: number;
  readonly workers: number;
  readonly brokers: number;
  readonly connectors: number;
  /** Frozen workers stay so for longer than this. */
  readonly sessionTimeoutMs: number;
}

export interface PlannedFault {
  /** From the start of the faults. */
  readonly atMs: number;
  readonly fault: Fault;
}

// Every kind comes this often before any comes again; so a run of a few minutes has seen each.
const SHARES: Readonly<Record<FaultKind, number>> = {
  'worker-kill': 3,
  'worker-stop': 1,
  'worker-freeze': 3,
  'host-kill': 2,
  'rolling-restart': 1,
  'broker-kill': 2,
  'broker-stop': 1,
  'broker-freeze': 1,
  'broker-stall': 1,
  'broker-cut': 1,
  'broker-request-cut': 2,
  'broker-delay': 1,
  'database-cut': 2,
  'database-delay': 1,
  'database-stall': 1,
  'database-restart': 2,
  'config-put': 2,
  'connector-pause': 1,
  'connector-stop': 1,
  'connector-restart': 1,
  'connector-recreate': 1,
  'snapshot-by-table': 1,
  'snapshot-by-topic': 1,
  'snapshot-by-rest': 1,
  'snapshot-by-file': 1,
  'table-add': 2,
  'snapshot-anew': 2,
};

// Settings whose change restarts the task and alters nothing of what a reader may expect.
const CHANGES: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['producer.override.compression.type', ['none', 'gzip', 'lz4', 'zstd']],
  ['producer.override.linger.ms', ['0', '5', '20']],
  ['max.batch.size', ['512', '2048', '8192']],
  ['poll.interval.ms', ['10', '100', '500']],
  ['incremental.snapshot.chunk.size', ['100', '512', '2048']],
  ['millrace.snapshot.chunk.bytes', ['65536', '300000']],
];

/** All faults of a run and their times: a pure function of its options, so that a seed names a run. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const random = new SeededRandom(options.seed);
  const plan: PlannedFault[] = [];
  const gapMs = 60_000 / options.faultsPerMinute;
  let bag: FaultKind[] = [];
  for (let atMs = gapMs * random.next(); atMs < options.minutes * 60_000; atMs += gapMs * (0.5 + random.next())) {
    if (bag.length === 0) bag = random.shuffled(everyKind());
    const kind = bag.pop();
    if (kind !== undefined) plan.push({ atMs: Math.round(atMs), fault: draw(kind, random, options) });
  }
  return plan;
}

function everyKind(): FaultKind[] {
  const kinds = Object.keys(SHARES) as FaultKind[];
  return kinds.flatMap((kind) => Array.from({ length: SHARES[kind] }, () => kind));
}

function draw(kind: FaultKind, random: SeededRandom, options: PlanOptions): Fault {
  const worker = random.below(options.workers);
  const broker = random.below(options.brokers);
  const connector = random.below(options.connectors);
  switch (kind) {
    case 'worker-kill':
    case 'worker-stop':
      return { kind, worker, downMs: random.between(0, 2 * options.sessionTimeoutMs) };
    case 'worker-freeze': {
      const ms = options.sessionTimeoutMs + random.between(1000, 6000);
      return { kind, worker, what: random.pick(['worker', 'hosts', 'both'] as const), ms };
    }
    case 'host-kill':
      return { kind, worker };
    case 'rolling-restart':
      return { kind };
    case 'broker-kill':
    case 'broker-stop':
      return { kind, broker, downMs: random.between(0, 8000) };
    case 'broker-freeze':
      return { kind, broker, ms: random.between(2000, 10_000) };
    case 'broker-stall':
      return { kind, broker, ms: random.between(1000, 10_000) };
    case 'broker-cut':
      return { kind, broker, percent: random.pick([30, 60, 100]) };
    case 'broker-request-cut': {
      const cuts = Array.from({ length: random.between(1, 6) }, () =>
        random.pick(['before', 'half', 'after', 'after'] as const),
      );
      return { kind, broker, cuts };
    }
    case 'broker-delay':
      return { kind, broker, delayMs: random.between(20, 300), ms: random.between(2000, 8000) };
    case 'database-cut':
      return { kind, percent: random.pick([30, 60, 100]) };
    case 'database-delay':
      return { kind, delayMs: random.between(20, 300), ms: random.between(2000, 8000) };
    case 'database-stall':
      return { kind, ms: random.between(1000, 10_000) };
    case 'database-restart':
      return {
        kind,
        mode: random.pick(['fast', 'immediate', 'crash'] as const),
        downMs: random.between(0, 5000),
      };
    case 'config-put': {
      const [key, values] = random.pick(CHANGES);
      return { kind, connector, key, value: random.pick(values) };
    }
    case 'connector-pause':
    case 'connector-stop':
      return { kind, connector, ms: random.between(500, 6000) };
    case 'connector-restart':
      return {
        kind,
        connector,
        query: random.pick(['', '?includeTasks=true', '?includeTasks=true&onlyFailed=true', '?onlyFailed=true']),
      };
    case 'connector-recreate':
      return { kind, connector, downMs: random.between(0, 4000) };
    case 'snapshot-by-table':
    case 'snapshot-by-topic':
    case 'snapshot-by-rest':
    case 'snapshot-by-file':
      return {
        kind,
        connector,
        tables: random.between(1, 3),
        isPartial: random.below(4) === 0,
        then: random.pick(['nothing', 'nothing', 'stop', 'stop-all', 'pause', 'pause'] as const),
        afterMs: random.between(0, 4000),
        ms: random.between(500, 5000),
      };
    case 'table-add':
      return { kind, connector };
    case 'snapshot-anew':
      return { kind, connector, task: random.below(2), afterMs: random.between(0, 3000) };
  }
}
