import { spread } from './spread.ts';
import { compareText, connectorOf, sortedTasks, type Work } from './work.ts';

/** What the leader knows of a member when it computes an assignment: the contents of its metadata. */
export interface MemberState {
  readonly id: string;
  /** Everything it owns or has not finished giving up. */
  readonly held: Work;
  /** The generation in which it got that; -1 for a member that comes with nothing. */
  readonly generation: number;
}

export interface AssignmentInput {
  readonly members: readonly MemberState[];
  /** All connectors and tasks that exist. */
  readonly work: Work;
  /** Work that waits for its departed worker: given to nobody in this round, and nothing is balanced meanwhile. */
  readonly waiting: Work;
  /** Work whose last worker has come back: work -> member id. */
  readonly returned: Readonly<Record<'connectors' | 'tasks', ReadonlyMap<string, string>>>;
}

/** Which member holds each piece. Two may claim the same one only after one of them slept: the newer generation is right. */
function holders(members: readonly MemberState[], kind: keyof Work): Map<string, MemberState> {
  const claims = new Map<string, MemberState>();
  for (const member of members)
    for (const item of member.held[kind]) {
      const other = claims.get(item);
      if (other === undefined || other.generation < member.generation) claims.set(item, member);
    }
  return claims;
}

/**
 * Who runs what in the next generation: sticky, balanced to ±1 by number of tasks and, apart from that, of connectors, with
 * the fewest possible moves. A pure function: every leader computes the same from the same reports.
 *
 * A move takes two rounds. A piece that a living member still holds is in nobody's share in the round that moves it: its
 * holder stops it, says so by joining again, and only the round after that gives it to its new owner. So nothing runs twice
 * except at a member that was thought dead, and that one is fenced by its successor.
 */
export function assign(input: AssignmentInput): Map<string, Work> {
  const members = [...input.members].sort((left, right) => compareText(left.id, right.id));
  const balance = input.waiting.connectors.length === 0 && input.waiting.tasks.length === 0;
  const ids = members.map((member) => member.id);
  const share = (kind: keyof Work, items: readonly string[], groupOf: (item: string) => string) =>
    spread({
      members: ids,
      items,
      heldBy: holders(members, kind),
      returnedTo: input.returned[kind],
      waiting: new Set(input.waiting[kind]),
      balance,
      groupOf,
    });
  const connectors = share('connectors', input.work.connectors.toSorted(compareText), (name) => name);
  const tasks = share('tasks', sortedTasks(input.work.tasks), connectorOf);
  return new Map(ids.map((id) => [id, { connectors: connectors.get(id) ?? [], tasks: tasks.get(id) ?? [] }]));
}
