import type { ErrorCode } from '../../../errors/catalogue.ts';
import type { StoredOffset } from '../position/stored-offset.ts';
import type { SourceConfig } from '../source-config.ts';

/** What a configuration says of snapshots and of what comes after them. */
export interface SnapshotRules {
  /** When rows are read: not at all, once per life of the offsets, or whenever the task starts. */
  readonly reads: 'never' | 'once' | 'always';
  /** Changes follow; without, the task ends by itself once everything is read. */
  readonly streams: boolean;
  /** What the server has no longer is made good by reading everything anew, whatever else the mode reads; without, the task fails. */
  readonly heals: boolean;
}

type ModeSettings = Pick<
  SourceConfig,
  'schemaPhase' | 'snapshotMode' | 'basedOnData' | 'basedOnStream' | 'basedOnDataError' | 'gapAction'
>;

/**
 * The rules of `snapshot.mode`, and of `millrace.gap.action`, which lets any mode that streams heal; with
 * `millrace.schema.phase=only` neither rows nor changes come.
 */
export function snapshotRules(config: ModeSettings): SnapshotRules {
  if (config.schemaPhase === 'only') return { reads: 'never', streams: false, heals: false };
  const rules = modeRules(config);
  return { ...rules, heals: rules.heals || (rules.streams && config.gapAction === 'read_anew') };
}

/** As in Debezium's package io.debezium.snapshot.mode (3.5). */
function modeRules(config: ModeSettings): SnapshotRules {
  switch (config.snapshotMode) {
    case 'initial':
      return { reads: 'once', streams: true, heals: false };
    case 'initial_only':
      return { reads: 'once', streams: false, heals: false };
    case 'when_needed':
      return { reads: 'once', streams: true, heals: true };
    case 'always':
      return { reads: 'always', streams: true, heals: false };
    case 'configuration_based':
      return {
        reads: config.basedOnData ? 'always' : 'never',
        streams: config.basedOnStream,
        heals: config.basedOnDataError,
      };
    case 'no_data':
    case 'never':
    case 'custom': // refused before anything asks
      return { reads: 'never', streams: true, heals: false };
  }
}

/**
 * Whether rows are to be read before anything else. One that was interrupted goes on, whatever the mode reads; a task that ends
 * by itself has nothing to begin again, since it would be started for ever. `hasRead`: in this life of the task; `hasGap`: what
 * was stored does not count, since the server has no longer what follows it.
 */
export function isSnapshotDue(
  { reads, streams, heals }: SnapshotRules,
  stored: StoredOffset['state'],
  { hasRead = false, hasGap = false }: { readonly hasRead?: boolean; readonly hasGap?: boolean } = {},
): boolean {
  if (hasGap) return true;
  // Where nothing is read but what was lost, an interrupted reading is of that kind.
  if (reads === 'never') return heals && stored !== 'none' && stored !== 'stream';
  if (stored !== 'stream') return true;
  return reads === 'always' && streams && !hasRead;
}

const LOST: readonly ErrorCode[] = ['POSTGRES_SLOT_LOST', 'POSTGRES_SLOT_MISSING'];

/** Whether a task that failed with this while it streamed finds at its next start what is to be read anew. */
export function isHealedBy({ heals }: SnapshotRules, code: ErrorCode): boolean {
  return heals && LOST.includes(code);
}
