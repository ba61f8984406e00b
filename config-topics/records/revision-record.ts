import { z } from 'zod';
import type { Properties } from './properties.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'millrace-revision-';

const origin = z.object({
  /** Address of the REST client. */
  address: z.string().optional(),
  /** Address of the worker that passed the request on. */
  via: z.string().optional(),
  /** As the client gave it with basic authentication. */
  user: z.string().optional(),
});
/** Where a change of a configuration came from; empty: not over REST. */
export type ChangeOrigin = z.infer<typeof origin>;

/** `found`: in the topic without a revision, written by another program or by a worker of an earlier version. */
const changes = ['created', 'replaced', 'patched', 'rolled-back', 'deleted', 'found'] as const;
export type ConfigChangeKind = (typeof changes)[number];

/** One configuration that a connector had, and how it came to it. */
export interface Revision {
  readonly connector: string;
  /** From 1, without gaps, across a deletion too. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly change: ConfigChangeKind;
  readonly origin: ChangeOrigin;
  /** The revision that was rolled back to. */
  readonly of?: number | undefined;
  /** As stored; null: the connector was deleted. */
  readonly config: Properties | null;
}

const shape = z.object({
  time: z.int(),
  change: z.enum(changes),
  origin,
  of: z.int().optional(),
  properties: z.record(z.string(), z.string()).nullable(),
});

export function revisionKey(connector: string, revision: number): string {
  return `${PREFIX}${connector}-${revision}`;
}

/** Key `millrace-revision-<connector>-<n>`, value `{"time":…,"change":"…","origin":{…},"of":…,"properties":{…}}`. */
export function revisionRecord({
  connector,
  revision,
  time,
  change,
  origin: from,
  of,
  config,
}: Revision): StoredRecord {
  const value: z.infer<typeof shape> = {
    time,
    change,
    origin: from,
    ...(of === undefined ? {} : { of }),
    properties: config,
  };
  return { key: revisionKey(connector, revision), value: Buffer.from(JSON.stringify(value)) };
}

export function revisionOfKey(key: string): { connector: string; revision: number } | undefined {
  const parts = key.startsWith(PREFIX) ? /^(.+)-(\d{1,15})$/s.exec(key.slice(PREFIX.length)) : null;
  return parts?.[1] === undefined ? undefined : { connector: parts[1], revision: Number(parts[2]) };
}

export function decodeRevision(id: { connector: string; revision: number }, value: unknown): Revision | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const { time, change, origin: from, of, properties: config } = data;
  return { ...id, time, change, origin: from, ...(of === undefined ? {} : { of }), config };
}
