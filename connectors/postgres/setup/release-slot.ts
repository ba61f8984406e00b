import { ConnectorError } from '../../../errors/connector-error.ts';
import type { HeldSlot } from '../../source-connector.ts';
import { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import type { SourceConfig } from '../source-config.ts';
import { readServerFacts } from './server-facts.ts';
import { dropSlot, readSlot } from './slot.ts';

/**
 * Drops a slot that a connector has left, on the server that this configuration leads to, if that is the slot's server and
 * nobody reads from it. Throws POSTGRES_OTHER_SERVER, POSTGRES_SLOT_IN_USE, POSTGRES_SLOT_UNUSABLE and those of connecting.
 */
export async function releaseSlot(
  config: SourceConfig,
  held: HeldSlot,
  signal: AbortSignal,
): Promise<'dropped' | 'absent'> {
  const opener = new SessionOpener(config, 'millrace/release', signal);
  try {
    const session = await opener.sql();
    try {
      return await release(session, held, opener.where);
    } finally {
      await session.close();
    }
  } catch (error) {
    throw opener.failure(error);
  }
}

async function release(
  session: Session,
  { slot: name, system }: HeldSlot,
  where: string,
): Promise<'dropped' | 'absent'> {
  const facts = await readServerFacts(session);
  if (system === null || facts.system === null)
    throw new ConnectorError(
      'POSTGRES_OTHER_SERVER',
      `nobody can tell whether ${where} is the server of slot '${name}', since its system identifier is not known. If it is: SELECT pg_drop_replication_slot('${name}')`,
    );
  if (system !== facts.system)
    throw new ConnectorError(
      'POSTGRES_OTHER_SERVER',
      `slot '${name}' was on the server with the system identifier ${system}, but ${where} is ${facts.system}`,
    );
  const slot = await readSlot(session, name);
  if (slot === undefined) return 'absent';
  if (slot.activePid !== null)
    throw new ConnectorError(
      'POSTGRES_SLOT_IN_USE',
      `slot '${name}' is in use by process ${slot.activePid}, application '${slot.activeApplication ?? ''}'`,
    );
  if (slot.type !== 'logical' || slot.plugin !== 'pgoutput' || slot.temporary)
    throw new ConnectorError('POSTGRES_SLOT_UNUSABLE', `slot '${name}' is none that a connector made: it is kept`);
  await dropSlot(session, name);
  return 'dropped';
}
