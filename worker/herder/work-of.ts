import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import { taskKey, type Work } from '../group/work.ts';

/** All work that there is to be done, as far as this worker has read the config topic. */
export function workOf({ connectors }: Pick<ConfigSnapshot, 'connectors'>): Work {
  const tasks: string[] = [];
  for (const [name, connector] of connectors)
    for (const number of connector.tasks.keys()) tasks.push(taskKey(name, number));
  return { connectors: [...connectors.keys()], tasks };
}
