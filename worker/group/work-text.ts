import { z } from 'zod';
import { connectorOf, taskKey, taskNumberOf, type Work } from './work.ts';

/**
 * Work in group messages: tasks by connector, since a group's metadata and assignments together must fit into one record of
 * `__consumer_offsets` (1 MB unless the brokers say otherwise): a name is written once, not once per task.
 */
export const workText = z.object({
  connectors: z.array(z.string()),
  tasks: z.record(z.string(), z.array(z.number())),
});

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
