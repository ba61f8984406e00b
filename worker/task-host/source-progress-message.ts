import { z } from 'zod';
import type { SourceProgress } from '../../connectors/source-progress.ts';

const epochMs = z.number().nullable();

const slotCause = z.enum([
  'transaction',
  'prepared-transaction',
  'kafka',
  'reading',
  'manual',
  'snapshot',
  'not-streaming',
]);

/** `SourceProgress` of connectors/source-progress.ts. */
export const sourceProgress = z.object({
  plugin: z.string(),
  server: z.string(),
  phase: z.enum(['connecting', 'schema', 'snapshot', 'streaming', 'idle']),
  connected: z.boolean(),
  reconnect: z.object({ attempt: z.number(), atMs: z.number(), reason: z.string() }).nullable(),
  position: z.string().nullable(),
  confirmed: z.string().nullable(),
  head: z.string().nullable(),
  lagBytes: z.number().nullable(),
  lagMs: z.number().nullable(),
  lastEventMs: epochMs,
  lastTransaction: z.string().nullable(),
  transactions: z.number(),
  changes: z.object({
    creates: z.number(),
    updates: z.number(),
    deletes: z.number(),
    truncates: z.number(),
    filtered: z.number(),
  }),
  schema: z.object({ tables: z.number(), topics: z.number(), definitions: z.number() }).nullable(),
  snapshot: z
    .object({
      state: z.enum(['running', 'completed', 'aborted']),
      rows: z.number(),
      rowsByTable: z.array(z.object({ table: z.string(), rows: z.number() })).readonly(),
      tablesDone: z.number(),
      tables: z.number(),
      bytesDone: z.number(),
      bytes: z.number(),
      rowsPerSecond: z.number(),
      estimatedEndMs: epochMs,
      startedMs: z.number(),
      endedMs: epochMs,
    })
    .nullable(),
  slot: z
    .object({
      name: z.string(),
      system: z.string().nullable(),
      timeline: z.number().nullable(),
      status: z.string().nullable(),
      level: z.enum(['ok', 'warning', 'alarm']),
      warnings: z.array(z.string()).readonly(),
      retainedBytes: z.number().nullable(),
      unconfirmedBytes: z.number().nullable(),
      safeBytes: z.number().nullable(),
      limitBytes: z.number().nullable(),
      exhaustedInMs: z.number().nullable(),
      heldBy: z.object({ cause: slotCause, reason: z.string(), bytes: z.number() }).nullable(),
      checkedMs: z.number(),
      others: z
        .array(
          z.object({
            name: z.string(),
            database: z.string().nullable(),
            active: z.boolean(),
            retainedBytes: z.number().nullable(),
            status: z.string().nullable(),
          }),
        )
        .readonly(),
    })
    .nullable(),
  incremental: z
    .object({
      state: z.enum(['running', 'paused']),
      signal: z.string().nullable(),
      requestsWaiting: z.number(),
      tables: z.number(),
      table: z.string().nullable(),
      rows: z.number(),
      chunk: z
        .object({
          id: z.number(),
          from: z.string().nullable(),
          to: z.string().nullable(),
          tableFrom: z.string().nullable(),
          tableTo: z.string().nullable(),
          waitingRows: z.number().nullable(),
        })
        .nullable(),
    })
    .nullable(),
  heartbeat: z.object({ writtenMs: z.number(), roundTripMs: z.number() }).nullable(),
  spool: z
    .object({ transactions: z.number(), bytes: z.number(), memoryBytes: z.number(), limitBytes: z.number() })
    .nullable(),
  readAnew: z.object({ atMs: z.number(), reason: z.string(), times: z.number() }).nullable(),
}) satisfies z.ZodType<SourceProgress>;
