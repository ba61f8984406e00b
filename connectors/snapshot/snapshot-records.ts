import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourceOffset, SourcePartition } from '../change-batch.ts';

/*
 * A snapshot that several tasks share is kept in the offsets topic, so that whoever goes on with it knows it (algorithms, parallel
 * snapshot). All partitions begin with {server, "millrace.snapshot": <id of the run>}:
 *   {…}                                    the run: how many tasks share it, where streaming will begin
 *   {…, "epoch": n}                        a snapshot of the source that chunks are read by
 *   {…, "epoch": n, "holder": task}        by which name that snapshot can be had from a task that holds it
 *   {…, "table": name}                     how a table is split
 *   {…, "table": name, "version": v, "chunk": c}   what became of a chunk; committed with its rows
 */

/** The run as a whole. */
export interface SnapshotRun {
  /** Tasks that share it: chunk c of the table at place p belongs to task (p + c) mod tasks. */
  readonly tasks: number;
  readonly tables: number;
  /** Position in the source at which streaming begins afterwards. */
  readonly from: bigint;
  /** Transaction that rows are said to come from. */
  readonly xid: number;
  /** Every chunk was read: what is stored is kept for the changes that later snapshots have shown. */
  readonly over: boolean;
}

/** One snapshot of the source. */
export interface SnapshotEpoch {
  /** What it sees, in the source's own words. */
  readonly sees: string;
  /** Position in the source's log behind everything that it sees. */
  readonly horizon: bigint;
  /** Not the one that the run began with: what it shows of the changes behind `SnapshotRun.from` is not to come again. */
  readonly late: boolean;
}

/** How one table is read. */
export interface TablePlan {
  /** Unique in the source. */
  readonly table: string;
  /** Order of the tables, from 0. */
  readonly place: number;
  /** Raised when the table is planned anew: chunks of earlier versions count no more. */
  readonly version: number;
  /** The snapshot that what is outstanding is to be read by. */
  readonly epoch: number;
  /** By ranges of the key's columns, by ranges of pages, or not at all; `query`: not at all, and perhaps not all of its rows. */
  readonly split: 'key' | 'pages' | 'whole' | 'query';
  readonly key: readonly string[];
  /** Those of its columns whose texts the source compares byte by byte, in UTF-8. */
  readonly bytewise: readonly string[];
  /** By which the table is read; null: by none, or by one of the configuration. */
  readonly query: string | null;
  /** Chunk c is what lies above boundary c - 1 and not above boundary c; the last chunk has no upper one. */
  readonly boundaries: readonly (readonly string[])[];
  /** What the table takes in the source, about; 0: not known. Each chunk is an equal part of it. */
  readonly bytes: number;
  /** Whether the first row of all is in it, and the last one. */
  readonly first: boolean;
  readonly last: boolean;
}

/** The first part of a chunk: all of it that is not above a key, or not behind a page. */
export interface ChunkPart {
  /** The snapshot that it was read by. */
  readonly epoch: number;
  readonly upTo: readonly string[];
}

/** What became of a chunk. */
export interface SettledChunk {
  readonly table: string;
  readonly version: number;
  readonly chunk: number;
  readonly epoch: number;
  readonly rows: number;
  /** Not read: the snapshot cannot see the table any more, which has to be planned anew. */
  readonly unseen: boolean;
  /** It was read as far as this key, or this page, and the rest is to follow; null: all of it was. */
  readonly upTo: readonly string[] | null;
  /** Parts of it that were read by other snapshots than `epoch`'s, in their order. */
  readonly earlier: readonly ChunkPart[];
}

/**
 * The record of a chunk of which more was read: `rows` of it, now, by the snapshot of its plan. `reached`: what was read before.
 */
export function settlement(
  { plan, chunk, reached }: { plan: TablePlan; chunk: number; reached?: SettledChunk | undefined },
  { rows, unseen, upTo }: Pick<SettledChunk, 'rows' | 'unseen' | 'upTo'>,
): SettledChunk {
  const { table, version, epoch } = plan;
  const before = reached?.upTo == null || reached.epoch === epoch ? [] : [{ epoch: reached.epoch, upTo: reached.upTo }];
  return {
    table,
    version,
    chunk,
    epoch,
    rows: rows + (reached?.rows ?? 0),
    unseen,
    upTo,
    earlier: [...(reached?.earlier ?? []), ...before],
  };
}

export type SnapshotRecord =
  | { readonly kind: 'run'; readonly run: SnapshotRun }
  | { readonly kind: 'epoch'; readonly number: number; readonly epoch: SnapshotEpoch }
  | { readonly kind: 'holder'; readonly epoch: number; readonly task: number; readonly name: string }
  | { readonly kind: 'table'; readonly plan: TablePlan }
  | { readonly kind: 'chunk'; readonly chunk: SettledChunk };

const RUN = 'millrace.snapshot';

/** What the partitions of all records of all runs of a source begin with, for `watchOffsets`. */
export function runsOf(server: string): { readonly members: SourcePartition; readonly next: string } {
  return { members: { server }, next: RUN };
}

/** A name for a run that begins: that of an interrupted one stands in the offset that goes on with it. */
export function newRun(): string {
  return randomUUID().slice(0, 8);
}

/** What the partitions of all records of a run begin with. */
export function runPartition(server: string, id: string): SourcePartition {
  return { server, [RUN]: id };
}

/** Whether a partition is one of a record of some run of this source. */
export function isRunPartition(partition: SourcePartition, server: string): boolean {
  return partition['server'] === server && partition[RUN] !== undefined;
}

/** The run that a partition belongs to; undefined: none. */
export function runOf(partition: SourcePartition): string | undefined {
  const id = partition[RUN];
  return id === undefined ? undefined : String(id);
}

/** Whether a partition of a run is that of the run as a whole. */
export function isRunItself(partition: SourcePartition): boolean {
  return partition['table'] === undefined && partition['epoch'] === undefined;
}

/** The partition and the offset that a record is stored as. */
export function encodeSnapshotRecord(
  run: SourcePartition,
  record: SnapshotRecord,
): { partition: SourcePartition; offset: SourceOffset } {
  switch (record.kind) {
    case 'run':
      return { partition: run, offset: { ...record.run } };
    case 'epoch':
      return { partition: { ...run, epoch: record.number }, offset: { ...record.epoch } };
    case 'holder':
      return { partition: { ...run, epoch: record.epoch, holder: record.task }, offset: { name: record.name } };
    case 'table': {
      const { table, key, bytewise, boundaries, ...plan } = record.plan;
      const texts = {
        key: JSON.stringify(key),
        bytewise: JSON.stringify(bytewise),
        boundaries: JSON.stringify(boundaries),
      };
      return { partition: { ...run, table }, offset: { ...plan, ...texts } };
    }
    case 'chunk': {
      const { table, version, chunk, upTo, earlier, ...outcome } = record.chunk;
      const parts = {
        upTo: upTo === null ? null : JSON.stringify(upTo),
        earlier: earlier.length === 0 ? null : JSON.stringify(earlier),
      };
      return { partition: { ...run, table, version, chunk }, offset: { ...outcome, ...parts } };
    }
  }
}

const count = z.union([z.number(), z.bigint()]).transform(Number).pipe(z.int());
const position = z.union([z.number(), z.bigint()]).transform(BigInt);
const json = <T extends z.ZodType>(inner: T) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(inner);

const run = z.object({ tasks: count, tables: count, from: position, xid: count, over: z.boolean() });
const epoch = z.object({ sees: z.string(), horizon: position, late: z.boolean() });
const table = z.object({
  place: count,
  version: count,
  epoch: count,
  split: z.enum(['key', 'pages', 'whole', 'query']),
  key: json(z.array(z.string())),
  bytewise: json(z.array(z.string())).default([]),
  query: z.string().nullable().default(null),
  boundaries: json(z.array(z.array(z.string()))),
  bytes: count.default(0),
  first: z.boolean(),
  last: z.boolean(),
});
const chunk = z.object({
  epoch: count,
  rows: count,
  unseen: z.boolean(),
  upTo: json(z.array(z.string())).nullable().default(null),
  earlier: json(z.array(z.object({ epoch: z.int(), upTo: z.array(z.string()) })))
    .nullable()
    .default(null)
    .transform((parts) => parts ?? []),
});
const holder = z.object({ name: z.string() });

/** The record behind a partition of a run. Throws SNAPSHOT_STATE_INVALID for one that this version does not know. */
export function decodeSnapshotRecord(partition: SourcePartition, offset: SourceOffset): SnapshotRecord {
  try {
    if (partition['chunk'] !== undefined) {
      const at = z.object({ table: z.string(), version: count, chunk: count }).parse(partition);
      return { kind: 'chunk', chunk: { ...at, ...chunk.parse(offset) } };
    }
    if (partition['table'] !== undefined)
      return { kind: 'table', plan: { table: z.string().parse(partition['table']), ...table.parse(offset) } };
    if (partition['holder'] !== undefined) {
      const at = z.object({ epoch: count, holder: count }).parse(partition);
      return { kind: 'holder', epoch: at.epoch, task: at.holder, ...holder.parse(offset) };
    }
    if (partition['epoch'] !== undefined)
      return { kind: 'epoch', number: count.parse(partition['epoch']), epoch: epoch.parse(offset) };
    return { kind: 'run', run: run.parse(offset) };
  } catch (error) {
    throw ConnectorError.from(error, 'SNAPSHOT_STATE_INVALID', 'reading the stored state of the snapshot');
  }
}
