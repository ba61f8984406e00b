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
  /** Work was taken from a member, which joins again when it has stopped it: another round is near. */
  readonly roundNear?: boolean | undefined;
  /** To a member that is not ready: about how many tasks it will be given when it is. */
  readonly expected?: number | undefined;
  /** Why this member cannot be one of the group. */
  readonly refused?: string | undefined;
}

const text = z.object({
  v: z.literal(protocolVersion),
  leader: z.string(),
  leaderUrl: z.string(),
  configOffset: z.string().regex(/^-?\d+$/),
  work: workText,
  roundNear: z.boolean().optional(),
  expected: z.number().int().optional(),
  refused: z.string().optional(),
});

/** JSON in UTF-8: `{v, leader, leaderUrl, configOffset, work: {connectors, tasks: {name: [numbers]}}, roundNear, expected, refused}`. */
export function encodeAssignment(assignment: MemberAssignment): Buffer {
  const { leader, leaderUrl, configOffset, work, roundNear, expected, refused } = assignment;
  const value: z.infer<typeof text> = {
    v: protocolVersion,
    leader,
    leaderUrl,
    configOffset: String(configOffset),
    work: workToText(work),
    ...(roundNear === true ? { roundNear } : {}),
    ...(expected === undefined ? {} : { expected }),
    ...(refused === undefined ? {} : { refused }),
  };
  return Buffer.from(JSON.stringify(value));
}

/** Throws GROUP_MESSAGE_UNREADABLE for bytes of another version or of another program. */
export function decodeAssignment(bytes: Buffer): MemberAssignment {
  try {
    const { configOffset, work, ...rest } = text.parse(JSON.parse(bytes.toString('utf8')));
    return { ...rest, configOffset: BigInt(configOffset), work: workFromText(work) };
  } catch (error) {
    throw new ConnectorError(
      'GROUP_MESSAGE_UNREADABLE',
      `the leader's assignment is not of version ${protocolVersion} of the protocol between workers`,
      { cause: error },
    );
  }
}
