import { z } from 'zod';
import { connectorOf, taskKey, taskNumberOf, type Work } from './work.ts';

/**
 * Work in group messages: tasks by connector, since a group's metadata and assignments together must fit into one record of
 * `__consumer_offsets` (1 MB unless the brokers say otherwise): a name is written once, not once per task.
 */
export const workText = z.object({
  connectors: z.array(z.string()),
  // Checked as a whole: one zod schema for each of 5,000 tasks costs a leader's first round 10 ms.
  tasks: z.custom<Readonly<Record<string, readonly number[]>>>(areTasksByConnector),
});

function areTasksByConnector(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(areNumbers);
}

function areNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isInteger);
}

export function workToText(work: Work): z.infer<typeof workText> {
  const tasks = new Map<string, number[]>();
  for (const key of work.tasks) {
    const name = connectorOf(key);
    const numbers = tasks.get(name);
    if (numbers === undefined) tasks.set(name, [taskNumberOf(key)]);
    else numbers.push(taskNumberOf(key));
  }
  return { connectors: [...work.connectors], tasks: Object.fromEntries(tasks) };
}

export function workFromText(text: z.infer<typeof workText>): Work {
  const tasks = Object.entries(text.tasks).flatMap(([name, numbers]) => numbers.map((number) => taskKey(name, number)));
  return { connectors: text.connectors, tasks };
}
