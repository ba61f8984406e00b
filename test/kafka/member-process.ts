import { clientOptions } from '../../kafka/client-options.ts';
import { Cluster } from '../../kafka/cluster.ts';
import { LoggedMember } from './member-log.ts';

/**
 * A member in a process of its own, for tests that stop or kill it: `node member-process.ts BOOTSTRAP GROUP NAME`. Its
 * events, but for heartbeats, go to the parent, one message each.
 */
const [bootstrap = '', group = '', name = ''] = process.argv.slice(2);
const cluster = new Cluster(clientOptions({ 'bootstrap.servers': bootstrap, 'client.id': name }));
const { events } = new LoggedMember(name, { cluster, group });
for (let seen = 0; ; seen += 1) {
  const at = seen;
  while (events.all.length <= at) await events.another();
  const event = events.all[at];
  if (event?.kind === 'assigned') process.send?.(`assigned ${event.text}`);
  else if (event?.kind === 'lost') process.send?.(`lost ${event.reason}`);
}
