import { ConnectorError } from '../../../errors/connector-error.ts';
import { formatLsn, type Lsn } from '../lsn.ts';

/** Where a stored offset, the slot and the server's log stand. */
export interface Positions {
  /** Where streaming would begin. */
  readonly offset: Lsn;
  /** confirmed_flush_lsn of the slot. */
  readonly slot: Lsn;
  /** End of the server's log. */
  readonly log: Lsn;
  /** Where the server's history left the one that the offset was written in; undefined: it did not. */
  readonly forkedAt?: Lsn | undefined;
  /** The offset was written for another server whose place this one has taken, as the operator says. */
  readonly isAdopted?: boolean;
}

export interface StartRules {
  readonly slotName: string;
  readonly strategy: 'no_validation' | 'trust_offset' | 'trust_slot' | 'trust_greater_lsn';
}

/** Where to begin, and what an operator should know about it. */
export interface StartDecision {
  readonly from: Lsn;
  readonly warning?: string;
}

/**
 * Compares the positions before anything is asked of the server, which would silently begin at the slot's position when the
 * offset is older, and silently leave out what lies before the offset when the slot is. Throws POSTGRES_SLOT_AHEAD or
 * POSTGRES_SERVER_BEHIND.
 */
export function decideStart(
  { offset, slot, log, forkedAt, isAdopted = false }: Positions,
  { slotName, strategy }: StartRules,
): StartDecision {
  if (isAdopted)
    return {
      from: slot,
      warning: `the stored offset was written for another server; going on from slot '${slotName}' at ${formatLsn(slot)}, as millrace.other.server.action=adopt says`,
    };
  const trustsSlot = strategy === 'trust_slot' || strategy === 'trust_greater_lsn';
  if (slot > offset) {
    const what = `slot '${slotName}' is at ${formatLsn(slot)}, ahead of the stored offset ${formatLsn(offset)}: the ${slot - offset} bytes of log between them cannot be read any more`;
    if (!trustsSlot) throw new ConnectorError('POSTGRES_SLOT_AHEAD', what);
    return { from: slot, warning: `${what}; going on from the slot, as offset.mismatch.strategy=${strategy} says` };
  }
  const end = forkedAt !== undefined && forkedAt < log ? forkedAt : log;
  if (offset > end) {
    const where = end === log ? `the end of the server's log` : `the place where the server's log began anew`;
    const what = `the stored offset ${formatLsn(offset)} lies behind ${where}, ${formatLsn(end)}: the server has lost changes that were delivered`;
    if (strategy !== 'trust_slot') throw new ConnectorError('POSTGRES_SERVER_BEHIND', what);
    return { from: slot, warning: `${what}; going on from the slot, as offset.mismatch.strategy=${strategy} says` };
  }
  return { from: offset };
}
