import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { Work } from './work.ts';
import { workFromText, workText, workToText } from './work-text.ts';

/** Version of the messages between members; a group's members must agree on it. */
export const protocolVersion = 1;

/** Names of the three topics that a member keeps its state in. */
export interface GroupTopics {
  readonly config: string;
  readonly offset: string;
  readonly status: string;
}

/** What a member says of itself when it joins. */
export interface MemberMetadata {
  /** Advertised REST URL, `http://host:port`. */
  readonly url: string;
  /** Offset of the last record read from the config topic + 1; -1 before the first read. */
  readonly configOffset: bigint;
  /** Generation in which it got what it holds; -1 when it comes with nothing. */
  readonly generation: number;
  /** What it owns, or has been told to give up and has not finished stopping. */
  readonly held: Work;
  /**
   * Counts the member's own wishes for a rebalance: the broker answers a follower's join with unchanged metadata at once
   * and in the same generation (seen on Kafka 4.1.1), so a wish must change a byte.
   */
  readonly wish: number;
  /** False while it is still starting: what it were given would stand still until it has. Undefined: it does not say. */
  readonly ready?: boolean | undefined;
  /** It will stop what it holds and leave, as soon as everybody has heard of this. */
  readonly leaving?: boolean | undefined;
  /** Undefined: it does not say. */
  readonly topics?: GroupTopics | undefined;
}

const text = z.object({
  v: z.literal(protocolVersion),
  url: z.string(),
  configOffset: z.string().regex(/^-?\d+$/),
  generation: z.number().int(),
  held: workText,
  wish: z.number().int(),
  ready: z.boolean().optional(),
  leaving: z.boolean().optional(),
  topics: z.object({ config: z.string(), offset: z.string(), status: z.string() }).optional(),
});

/** JSON in UTF-8: `{v, url, configOffset, generation, held: {connectors, tasks: {name: [numbers]}}, wish, ready, leaving, topics: {config, offset, status}}`. */
export function encodeMetadata(metadata: MemberMetadata): Buffer {
  const { url, configOffset, generation, held, wish, ready, leaving, topics } = metadata;
  const value: z.infer<typeof text> = {
    v: protocolVersion,
    url,
    configOffset: String(configOffset),
    generation,
    held: workToText(held),
    wish,
    ...(ready === undefined ? {} : { ready }),
    ...(leaving === true ? { leaving } : {}),
    ...(topics === undefined ? {} : { topics }),
  };
  return Buffer.from(JSON.stringify(value));
}

/** Throws GROUP_MESSAGE_UNREADABLE for bytes of another version or of another program. */
export function decodeMetadata(bytes: Buffer, member: string): MemberMetadata {
  try {
    const { configOffset, held, ...rest } = text.parse(JSON.parse(bytes.toString('utf8')));
    return { ...rest, configOffset: BigInt(configOffset), held: workFromText(held) };
  } catch (error) {
    throw new ConnectorError(
      'GROUP_MESSAGE_UNREADABLE',
      `group member ${member} does not speak version ${protocolVersion} of the protocol between workers`,
      { cause: error },
    );
  }
}
