import type { OffsetSource, StoredOffset } from './position/stored-offset.ts';
import type { StartPoint, StreamPosition } from './position/stream-position.ts';
import type { Lsn } from './lsn.ts';
import { asksForMessages, type MessageLists } from './message-filter.ts';
import type { SourceConfig } from './source-config.ts';

/** A state from which streaming goes on. */
export type StreamState = Extract<StoredOffset, { state: 'stream' }>;

/** Fingerprint of what the ordinals of changes depend on: the server numbers nothing, we count what it sends. */
export function numbering(config: Pick<SourceConfig, 'publicationName' | keyof MessageLists>): string {
  return `1:${config.publicationName}:${asksForMessages(config) ? 'messages' : 'none'}`;
}

/** Where to go on after a session that came as far as `position` (undefined: not beyond its start). */
export function continued(
  from: StreamState,
  position: StreamPosition | undefined,
  previousCommitEnd: Lsn | null,
): StreamState {
  if (position === undefined) return from;
  const start: StartPoint = {
    done: position.done,
    resume: position.open === null ? { kind: 'boundary' } : { kind: 'ordinal', ...position.open },
  };
  return { ...from, start, previousCommitEnd };
}

/** The state of streaming that begins between two transactions. */
export function streamFrom(done: Lsn, source: OffsetSource): StreamState {
  return { state: 'stream', start: { done, resume: { kind: 'boundary' } }, previousCommitEnd: null, run: null, source };
}
