import type { FaultOf } from './fault.ts';
import { at, wait, type Field } from './field.ts';

export async function changeConfig(field: Field, fault: FaultOf<'config-put'>): Promise<void> {
  const connector = at(field.connectors, fault.connector);
  connector.config = { ...connector.config, [fault.key]: fault.value };
  await field.rest.putConfig(connector.name, connector.config);
}

export async function pauseConnector(
  field: Field,
  fault: FaultOf<'connector-pause' | 'connector-stop'>,
): Promise<void> {
  const { name } = at(field.connectors, fault.connector);
  await field.rest.put(name, fault.kind === 'connector-pause' ? 'pause' : 'stop');
  await wait(field, fault.ms);
  await field.rest.put(name, 'resume');
}

export async function restartConnector(field: Field, fault: FaultOf<'connector-restart'>): Promise<void> {
  await field.rest.restart(at(field.connectors, fault.connector).name, fault.query);
}

/** Deletes it and creates it again; its slot, its publication and its offsets stay, so it goes on where it ended. */
export async function recreateConnector(field: Field, fault: FaultOf<'connector-recreate'>): Promise<void> {
  const connector = at(field.connectors, fault.connector);
  await field.rest.delete(connector.name);
  await wait(field, fault.downMs);
  await field.rest.putConfig(connector.name, connector.config);
}
