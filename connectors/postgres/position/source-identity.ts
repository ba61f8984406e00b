import { ConnectorError } from '../../../errors/connector-error.ts';
import { parseLsn, type Lsn } from '../lsn.ts';
import type { OffsetSource } from './stored-offset.ts';

/** What a server is: itself, and the history that its log has taken. */
export interface ServerIdentity {
  /** system_identifier; null where the server does not tell this user. */
  readonly system: string | null;
  /** Null on a standby. */
  readonly timeline: number | null;
}

export interface IdentityRules {
  /** Where the server is, for messages. */
  readonly where: string;
  readonly action: 'fail' | 'adopt';
}

/**
 * Whether an offset belongs to the server that was found. `same`: the log that it was written for; `other-timeline`: the same
 * server after a fail-over or a restore, which has to say where its history left the offset's; `adopted`: another server, and
 * the operator says that its slot goes on where the offset ends.
 */
export type Identity = 'same' | 'other-timeline' | 'adopted';

/** Throws POSTGRES_OTHER_SERVER. */
export function decideIdentity(
  stored: OffsetSource,
  { system, timeline }: ServerIdentity,
  { where, action }: IdentityRules,
): Identity {
  if (stored.system !== null && system !== null && stored.system !== system) {
    if (action === 'adopt') return 'adopted';
    throw new ConnectorError(
      'POSTGRES_OTHER_SERVER',
      `the stored offset belongs to the server with the system identifier ${stored.system}, but ${where} is ${system}`,
    );
  }
  const before = stored.timeline ?? null;
  return before === null || timeline === null || before === timeline ? 'same' : 'other-timeline';
}

/**
 * Where a server's history left a timeline, from the text of a history file (PostgreSQL timeline.c, readTimeLineHistory: lines
 * of timeline, position and reason, separated by blanks): what lies behind that place never happened on this server. Null: it
 * has never been on that timeline.
 */
export function leftTimelineAt(history: string, timeline: number): Lsn | null {
  for (const line of history.split('\n')) {
    const [, number = '', position = ''] = /^\s*(\d+)\s+([0-9A-Fa-f]+\/[0-9A-Fa-f]+)/.exec(line) ?? [];
    if (Number(number) === timeline && position !== '') return parseLsn(position);
  }
  return null;
}
