import type { ErrorCode } from '../../../errors/catalogue.ts';
import type { Lsn } from '../lsn.ts';
import type { StoredOffset } from '../position/stored-offset.ts';

/** A row of pg_replication_slots. */
export interface SlotState {
  readonly plugin: string | null;
  readonly type: string;
  readonly database: string | null;
  readonly temporary: boolean;
  readonly activePid: number | null;
  /** application_name of the session that uses it; null: not visible or none. */
  readonly activeApplication: string | null;
  readonly confirmedFlush: Lsn | null;
  /** reserved, extended, unreserved or lost; null where the server does not say. */
  readonly walStatus: string | null;
  /** From PostgreSQL 17 on. */
  readonly invalidationReason: string | null;
  /** Whether it sends prepared transactions before they commit; once it does, it always does. */
  readonly twoPhase: boolean;
}

export interface SlotQuestion {
  readonly name: string;
  readonly database: string;
  readonly slot: SlotState | undefined;
  readonly stored: StoredOffset['state'];
  /** slot.drop.on.stop: a missing slot is what the operator asked for. */
  readonly dropOnStop: boolean;
}

export type SlotDecision =
  | { readonly action: 'create'; readonly warning?: string }
  /** Half made by us in an earlier try. */
  | { readonly action: 'recreate' }
  | { readonly action: 'use'; readonly warning?: string }
  /** Somebody is just creating it. */
  | { readonly action: 'wait' }
  | { readonly action: 'fail'; readonly code: ErrorCode; readonly message: string };

/** What to do about the slot, from what was found and what is stored. Whether somebody uses it is looked at later. */
export function decideSlot({ name, database, slot, stored, dropOnStop }: SlotQuestion): SlotDecision {
  if (slot === undefined) return missing({ name, stored, dropOnStop });
  if (slot.type !== 'logical' || slot.plugin !== 'pgoutput')
    return unusable(
      `slot '${name}' belongs to the plug-in ${slot.plugin ?? `of a ${slot.type} slot`}, not to pgoutput`,
    );
  if (slot.database !== database)
    return unusable(`slot '${name}' belongs to the database '${slot.database ?? ''}', not to '${database}'`);
  if (slot.temporary) return unusable(`slot '${name}' is a temporary slot of another session`);
  if (stored === 'creating') return { action: 'recreate' };
  if (slot.walStatus === 'lost' || slot.invalidationReason !== null) {
    const reason = slot.invalidationReason ?? 'its part of the log was removed';
    return { action: 'fail', code: 'POSTGRES_SLOT_LOST', message: `slot '${name}' is invalid: ${reason}` };
  }
  if (slot.confirmedFlush === null) return { action: 'wait' };
  if (slot.walStatus === 'unreserved')
    return {
      action: 'use',
      warning: `slot '${name}' holds more log than the server keeps; it may be lost at the next checkpoint`,
    };
  return { action: 'use' };
}

function missing({ name, stored, dropOnStop }: Pick<SlotQuestion, 'name' | 'stored' | 'dropOnStop'>): SlotDecision {
  if (stored === 'none' || stored === 'creating') return { action: 'create' };
  const message = `slot '${name}' does not exist although there is an offset: the changes since then are gone`;
  if (!dropOnStop) return { action: 'fail', code: 'POSTGRES_SLOT_MISSING', message };
  return { action: 'create', warning: `${message}; going on without them, as slot.drop.on.stop says` };
}

function unusable(message: string): SlotDecision {
  return { action: 'fail', code: 'POSTGRES_SLOT_UNUSABLE', message };
}
