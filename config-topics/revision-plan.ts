import { isDeepStrictEqual } from 'node:util';
import type { Properties } from './records/properties.ts';
import {
  revisionKey,
  revisionRecord,
  type ChangeOrigin,
  type ConfigChangeKind,
  type Revision,
} from './records/revision-record.ts';
import type { StoredRecord } from './records/stored-record.ts';

/** How a configuration changes: what a revision says beside the configuration. */
export interface RevisionNote {
  readonly change: ConfigChangeKind;
  readonly origin: ChangeOrigin;
  readonly of?: number | undefined;
}

export interface RevisionLimits {
  /** Most revisions of one connector (config.revisions.max). */
  readonly max: number;
  /** How long those of a deleted connector stay (config.revisions.deleted.retention.ms). */
  readonly deletedRetentionMs: number;
}

export interface RevisionChange {
  readonly connector: string;
  /** Those there are, ascending. */
  readonly known: readonly Revision[];
  /** The configuration that is replaced; undefined: there is none. */
  readonly before: Properties | undefined;
  /** Null: the connector is deleted. */
  readonly after: Properties | null;
  readonly note: RevisionNote;
  readonly now: number;
  readonly max: number;
}

/** Histories of deleted connectors that are kept, so that names which come and go do not fill the topic. */
const maxDeleted = 100;

/**
 * The records that go with a change of a configuration: its revision, before it one for a configuration that nobody had noted
 * (written by another program, or before there were revisions), and tombstones for what is beyond the bound.
 */
export function revisionRecords({ connector, known, before, after, note, now, max }: RevisionChange): StoredRecord[] {
  const added: Revision[] = [];
  const newest = (): Revision | undefined => added.at(-1) ?? known.at(-1);
  const add = (config: Properties | null, how: RevisionNote): void => {
    const last = newest();
    if (last !== undefined && isDeepStrictEqual(last.config, config)) return;
    added.push({ connector, revision: (last?.revision ?? 0) + 1, time: now, ...how, config });
  };
  if (before !== undefined) add(before, { change: 'found', origin: {} });
  add(after, note);
  const all = [...known, ...added];
  const kept = new Set(max === 0 ? [] : all.slice(-max));
  return [
    ...added.filter((revision) => kept.has(revision)).map(revisionRecord),
    ...known.filter((revision) => !kept.has(revision)).map(tombstone),
  ];
}

/** Tombstones for the histories of connectors that were deleted long ago, or of too many. */
export function expiredRevisions(
  histories: readonly (readonly Revision[])[],
  now: number,
  { deletedRetentionMs }: RevisionLimits,
): StoredRecord[] {
  const deleted = histories
    .filter((history) => history.at(-1)?.config === null)
    .sort((a, b) => (b.at(-1)?.time ?? 0) - (a.at(-1)?.time ?? 0));
  return deleted
    .filter((history, index) => index >= maxDeleted || (history.at(-1)?.time ?? 0) + deletedRetentionMs <= now)
    .flatMap((history) => history.map(tombstone));
}

function tombstone({ connector, revision }: Revision): StoredRecord {
  return { key: revisionKey(connector, revision), value: null };
}
