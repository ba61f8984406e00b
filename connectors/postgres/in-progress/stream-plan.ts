import type { Lsn } from '../lsn.ts';
import type { SlotState } from '../setup/slot-decision.ts';

export interface StreamWishes {
  /** millrace.stream.in.progress, unless the last session found no room for it. */
  readonly streamInProgress: boolean;
  /** millrace.two.phase */
  readonly twoPhase: boolean;
}

/** What is asked of the server at START_REPLICATION, beside the publication. */
export interface StreamPlan {
  readonly from: Lsn;
  readonly options: Readonly<Record<string, string>>;
  /** Whether prepared transactions come at their PREPARE. */
  readonly twoPhase: boolean;
  /** Whether changes come before their transactions have ended. */
  readonly holds: boolean;
}

/** The oldest server_version_num whose pgoutput decodes at PREPARE. */
const TWO_PHASE_VERSION = 150_000;

/** The oldest whose pgoutput sends transactions while they run. */
const STREAMING_VERSION = 140_000;

export function canStreamInProgress(version: number): boolean {
  return version >= STREAMING_VERSION;
}

/** Whether a slot is to be made, or used, for two-phase commit. */
export function canTwoPhase(version: number): boolean {
  return version >= TWO_PHASE_VERSION;
}

/** `slot`: undefined when it was just made; `done`: everything before is delivered. */
export function streamPlan(
  wishes: StreamWishes,
  { version, slot, done }: { readonly version: number; readonly slot: SlotState | undefined; readonly done: Lsn },
): StreamPlan {
  // A slot once marked sends prepared transactions early to everybody (PostgreSQL 18, logical.c, CreateDecodingContext).
  const twoPhase = canTwoPhase(version) && (wishes.twoPhase || slot?.twoPhase === true);
  const streamInProgress = wishes.streamInProgress && canStreamInProgress(version);
  const slotAt = slot?.confirmedFlush ?? done;
  return {
    // From where the slot stands: the changes of transactions that are still prepared come once more, behind what is delivered.
    from: twoPhase && slotAt < done ? slotAt : done,
    options: {
      proto_version: twoPhase ? '3' : streamInProgress ? '2' : '1',
      ...(streamInProgress ? { streaming: 'on' } : {}),
      ...(twoPhase ? { two_phase: 'on' } : {}),
    },
    twoPhase,
    holds: twoPhase || streamInProgress,
  };
}
