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

/** Tasks by connector and then by number, as people read them: `a-2` before `a-10`. Each key is taken apart once. */
export function sortedTasks(keys: readonly string[]): string[] {
  return keys
    .map((key) => ({ key, name: connectorOf(key), number: taskNumberOf(key) }))
    .sort((left, right) => compareText(left.name, right.name) || left.number - right.number)
    .map(({ key }) => key);
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
