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
  /** Whether it is to be copied to standbys; null: before PostgreSQL 17. */
  readonly failover?: boolean | null;
  /** A copy on a standby, which can be used once that has been promoted (PostgreSQL 17 and later). */
  readonly isStandbyCopy?: boolean;
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
  /** What is gone is read anew (snapshot.mode), so that its loss is no failure. */
  readonly heals: boolean;
}

export type SlotDecision =
  /** `gap`: what was stored cannot be gone on from, and why. */
  | { readonly action: 'create'; readonly warning?: string; readonly gap?: string }
  /** Half made by us in an earlier try, or unusable with a `gap`. */
  | { readonly action: 'recreate'; readonly gap?: string }
  | { readonly action: 'use'; readonly warning?: string }
  /** Somebody is just creating it. */
  | { readonly action: 'wait' }
  | { readonly action: 'fail'; readonly code: ErrorCode; readonly message: string };

/** What to do about the slot, from what was found and what is stored. Whether somebody uses it is looked at later. */
export function decideSlot({ name, database, slot, stored, dropOnStop, heals }: SlotQuestion): SlotDecision {
  if (slot === undefined) return missing({ name, stored, dropOnStop, heals });
  if (slot.type !== 'logical' || slot.plugin !== 'pgoutput')
    return unusable(
      `slot '${name}' belongs to the plug-in ${slot.plugin ?? `of a ${slot.type} slot`}, not to pgoutput`,
    );
  if (slot.database !== database)
    return unusable(`slot '${name}' belongs to the database '${slot.database ?? ''}', not to '${database}'`);
  if (slot.temporary) return unusable(`slot '${name}' is a temporary slot of another session`);
  if (slot.isStandbyCopy === true)
    return {
      action: 'fail',
      code: 'POSTGRES_SLOT_STANDBY_COPY',
      message: `slot '${name}' is the copy that a standby keeps of its primary's slot; it can be read once the standby has been promoted`,
    };
  if (stored === 'creating') return { action: 'recreate' };
  if (slot.walStatus === 'lost' || slot.invalidationReason !== null) {
    const reason = slot.invalidationReason ?? 'its part of the log was removed';
    const message = `slot '${name}' is invalid: ${reason}`;
    return heals ? { action: 'recreate', gap: message } : { action: 'fail', code: 'POSTGRES_SLOT_LOST', message };
  }
  if (slot.confirmedFlush === null) return { action: 'wait' };
  if (slot.walStatus === 'unreserved')
    return {
      action: 'use',
      warning: `slot '${name}' holds more log than the server keeps; it may be lost at the next checkpoint`,
    };
  return { action: 'use' };
}

function missing({
  name,
  stored,
  dropOnStop,
  heals,
}: Pick<SlotQuestion, 'name' | 'stored' | 'dropOnStop' | 'heals'>): SlotDecision {
  if (stored === 'none' || stored === 'creating') return { action: 'create' };
  const message = `slot '${name}' does not exist although there is an offset: the changes since then are gone`;
  if (heals) return { action: 'create', gap: message };
  if (!dropOnStop) return { action: 'fail', code: 'POSTGRES_SLOT_MISSING', message };
  return { action: 'create', warning: `${message}; going on without them, as slot.drop.on.stop says` };
}

function unusable(message: string): SlotDecision {
  return { action: 'fail', code: 'POSTGRES_SLOT_UNUSABLE', message };
}
