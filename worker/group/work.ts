/**
 * A share of the cluster's work: connector instances by name, tasks by id (`<connector>-<number>`; a name may itself end
 * in a number, so the last dash divides).
 */
export interface Work {
  readonly connectors: readonly string[];
  readonly tasks: readonly string[];
}

export const noWork: Work = { connectors: [], tasks: [] };

export function taskKey(connector: string, task: number): string {
  return `${connector}-${task}`;
}

export function connectorOf(key: string): string {
  return key.slice(0, key.lastIndexOf('-'));
}

export function taskNumberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('-') + 1));
}

/** A piece of work that is dealt out, with what it is one of several of: the connector of a task. */
export interface Piece {
  readonly key: string;
  readonly group: string;
}

/** Tasks by connector and then by number, as people read them: `a-2` before `a-10`. Each key is taken apart once. */
export function sortedTasks(keys: readonly string[]): Piece[] {
  const groups = new Map<string, { readonly piece: Piece; readonly number: number }[]>();
  for (const key of keys) {
    const group = connectorOf(key);
    const one = { piece: { key, group }, number: taskNumberOf(key) };
    const tasks = groups.get(group);
    if (tasks === undefined) groups.set(group, [one]);
    else tasks.push(one);
  }
  const sorted: Piece[] = [];
  for (const [, tasks] of [...groups].sort(([left], [right]) => compareText(left, right)))
    for (const { piece } of tasks.sort((left, right) => left.number - right.number)) sorted.push(piece);
  return sorted;
}

/** By code unit, the same on every worker whatever its locale. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Whether two shares hold the same, in whatever order. */
export function sameWork(left: Work, right: Work): boolean {
  return sameItems(left.connectors, right.connectors) && sameItems(left.tasks, right.tasks);
}

function sameItems(left: readonly string[], right: readonly string[]): boolean {
  const all = new Set(left);
  return left.length === right.length && right.every((item) => all.has(item));
}
