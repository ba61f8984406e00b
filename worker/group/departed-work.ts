import type { Work } from './work.ts';

/** What the leader remembers between two rounds. Lost when leadership moves, as in Connect. */
export interface LeaderMemory {
  /** Who was to run what: work -> URL of the worker, `c:` connectors and `t:` tasks. */
  readonly owners: ReadonlyMap<string, string>;
  /** Work of departed workers: work -> until when it is kept for them, in milliseconds of the leader's clock. */
  readonly waitingUntil: ReadonlyMap<string, number>;
}

export const noMemory: LeaderMemory = { owners: new Map(), waitingUntil: new Map() };

export interface DepartedInput {
  readonly memory: LeaderMemory;
  readonly work: Work;
  /** Member ids and URLs of this round. */
  readonly members: readonly { readonly id: string; readonly url: string; readonly held: Work }[];
  readonly nowMs: number;
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number;
}

export interface Departed {
  readonly waiting: Work;
  readonly returned: { readonly connectors: Map<string, string>; readonly tasks: Map<string, string> };
  readonly waitingUntil: ReadonlyMap<string, number>;
  /** Until the next round is due; 0: none is. */
  readonly delayMs: number;
}

/** The key of one piece of work in the leader's memory. */
export function memoryKey(kind: keyof Work, item: string): string {
  return `${kind === 'connectors' ? 'c' : 't'}:${item}`;
}

/**
 * Which work waits for a worker that has gone (scheduled.rebalance.max.delay.ms, KIP-415) and which goes back to one that
 * has returned. With a delay of 0 nothing ever waits.
 */
export function departedWork(input: DepartedInput): Departed {
  const { memory, members, nowMs, maxDelayMs } = input;
  const memberAt = new Map(members.map((member) => [member.url, member.id]));
  const waiting = { connectors: [] as string[], tasks: [] as string[] };
  const returned = { connectors: new Map<string, string>(), tasks: new Map<string, string>() };
  const waitingUntil = new Map<string, number>();
  if (maxDelayMs === 0) return { waiting, returned, waitingUntil, delayMs: 0 };
  let next = Infinity;
  for (const kind of ['connectors', 'tasks'] as const) {
    const held = new Set(members.flatMap((member) => member.held[kind]));
    for (const item of input.work[kind]) {
      const key = memoryKey(kind, item);
      const owner = memory.owners.get(key);
      if (owner === undefined || held.has(item)) continue;
      const until = memory.waitingUntil.get(key) ?? nowMs + maxDelayMs;
      const back = memberAt.get(owner);
      if (back !== undefined) {
        // Only what has waited goes back: work in the middle of a planned move belongs to nobody.
        if (memory.waitingUntil.has(key)) returned[kind].set(item, back);
      } else if (until > nowMs) {
        waiting[kind].push(item);
        waitingUntil.set(key, until);
        next = Math.min(next, until);
      }
    }
  }
  return { waiting, returned, waitingUntil, delayMs: next === Infinity ? 0 : next - nowMs };
}
