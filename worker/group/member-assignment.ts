import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import { protocolVersion } from './member-metadata.ts';
import type { Work } from './work.ts';
import { workFromText, workText, workToText } from './work-text.ts';

/** What the leader tells a member in SyncGroup. */
export interface MemberAssignment {
  /** Member id of the leader. */
  readonly leader: string;
  /** REST URL of the leader. */
  readonly leaderUrl: string;
  /** How far the leader had read the config topic when it computed this. */
  readonly configOffset: bigint;
  /** All that the member owns from now on; what it has beyond that is revoked. */
  readonly work: Work;
  /** Why this member cannot be one of the group. */
  readonly refused?: string | undefined;
}

const text = z.object({
  v: z.literal(protocolVersion),
  leader: z.string(),
  leaderUrl: z.string(),
  configOffset: z.string().regex(/^-?\d+$/),
  work: workText,
  refused: z.string().optional(),
});

/** JSON in UTF-8: `{v, leader, leaderUrl, configOffset, work: {connectors, tasks: {name: [numbers]}}, refused}`. */
export function encodeAssignment({ leader, leaderUrl, configOffset, work, refused }: MemberAssignment): Buffer {
  const value: z.infer<typeof text> = {
    v: protocolVersion,
    leader,
    leaderUrl,
    configOffset: String(configOffset),
    work: workToText(work),
    ...(refused === undefined ? {} : { refused }),
  };
  return Buffer.from(JSON.stringify(value));
}

/** Throws GROUP_MESSAGE_UNREADABLE for bytes of another version or of another program. */
export function decodeAssignment(bytes: Buffer): MemberAssignment {
  try {
    const { leader, leaderUrl, configOffset, work, refused } = text.parse(JSON.parse(bytes.toString('utf8')));
    return { leader, leaderUrl, configOffset: BigInt(configOffset), work: workFromText(work), refused };
  } catch (error) {
    throw new ConnectorError(
      'GROUP_MESSAGE_UNREADABLE',
      `the leader's assignment is not of version ${protocolVersion} of the protocol between workers`,
      { cause: error },
    );
  }
}
