import type { CounterWorker, Line } from './counter-cluster.ts';

const told = ['worker starting', 'worker ready', 'worker stopping', 'group: joined', 'task: '];

/** What the workers said about a task and about the group since a moment, one line, in milliseconds from that moment. */
export function moveTimeline(task: string, workers: readonly CounterWorker[], since: Date): string {
  const isAbout = ({ msg, task: about }: Line): boolean =>
    told.some((start) => String(msg).startsWith(start)) && (about === undefined || about === task);
  const text = (name: string, { msg, tasks }: Line): string =>
    `${name} ${String(msg)}${typeof tasks === 'number' ? ` (${tasks} tasks)` : ''}`;
  return workers
    .flatMap((worker, index) => worker.lines.filter(isAbout).map((line) => ({ name: `w${index + 1}`, line })))
    .map(({ name, line }) => ({ ms: Date.parse(String(line['time'])) - since.getTime(), text: text(name, line) }))
    .filter(({ ms }) => ms >= 0)
    .sort((left, right) => left.ms - right.ms)
    .map(({ ms, text: said }) => `${ms} ${said}`)
    .join(', ');
}
