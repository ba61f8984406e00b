import type { Field } from './field.ts';
import type { TestedConnector } from './tested-connector.ts';

const STATES = ['missing', 'PAUSED', 'STOPPED'];

/** A request whose answer was lost may have been carried out after the one that took it back: that is sent again. */
export async function sendAgain(field: Field, { name, config }: TestedConnector): Promise<void> {
  if (!field.rest.mayBeLate(name)) return;
  const state = (await field.rest.status(name))?.connector.state ?? 'missing';
  if (!STATES.includes(state)) return;
  field.print(`  ${name} is ${state} by a request that was not answered in time; it is sent for again`);
  await (state === 'missing' ? field.rest.putConfig(name, config) : field.rest.put(name, 'resume'));
}
