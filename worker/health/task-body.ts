import { z } from 'zod';
import type { IncrementalProgress, SlotProgress, SourceProgress } from '../../connectors/source-progress.ts';
import { redactText } from '../redaction.ts';
import type { TaskProgress } from '../task-host/messages.ts';
import type { FailureNote } from './failure-ring.ts';
import type { TaskSnapshot } from './task-history.ts';

const epochMs = z.number().nullable();

const failureBody = z.object({
  code: z.string(),
  message: z.string(),
  causes: z.array(z.string()),
  hint: z.string().nullable(),
  retry: z.enum(['automatic', 'after-help', 'never']),
  count: z.number(),
  first: z.number(),
  last: z.number(),
});

const sourceBody = z.object({
  phase: z.enum(['connecting', 'schema', 'snapshot', 'streaming', 'idle']),
  connected: z.boolean(),
  reconnect: z.object({ attempt: z.number(), at: z.number(), reason: z.string() }).nullable(),
  position: z.string().nullable(),
  confirmed: z.string().nullable(),
  head: z.string().nullable(),
  lag_bytes: z.number().nullable(),
  lag_ms: z.number().nullable(),
  last_event: epochMs,
  last_transaction: z.string().nullable(),
  transactions: z.number(),
  schema: z.object({ tables: z.number(), topics: z.number(), definitions: z.number() }).nullable(),
  snapshot: z
    .object({
      state: z.enum(['running', 'completed', 'aborted']),
      rows: z.number(),
      tables_done: z.number(),
      tables: z.number(),
      bytes_done: z.number(),
      bytes: z.number(),
      rows_per_second: z.number(),
      estimated_end: epochMs,
      started: z.number(),
      ended: epochMs,
    })
    .nullable(),
  incremental: z
    .object({
      state: z.enum(['running', 'paused']),
      signal: z.string().nullable(),
      requests_waiting: z.number(),
      tables: z.number(),
      table: z.string().nullable(),
      rows: z.number(),
      chunk: z
        .object({
          id: z.number(),
          from: z.string().nullable(),
          to: z.string().nullable(),
          table_from: z.string().nullable(),
          table_to: z.string().nullable(),
          waiting_rows: z.number().nullable(),
        })
        .nullable(),
    })
    .nullable()
    .default(null),
  slot: z
    .object({
      name: z.string(),
      system: z.string().nullable(),
      timeline: z.number().nullable(),
      status: z.string().nullable(),
      level: z.enum(['ok', 'warning', 'alarm']),
      warnings: z.array(z.string()),
      retained_bytes: z.number().nullable(),
      unconfirmed_bytes: z.number().nullable(),
      safe_bytes: z.number().nullable(),
      limit_bytes: z.number().nullable(),
      exhausted_in_ms: z.number().nullable(),
      held_by: z.object({ cause: z.string(), reason: z.string(), bytes: z.number() }).nullable().default(null),
      checked: z.number(),
      others: z.array(
        z.object({
          name: z.string(),
          database: z.string().nullable(),
          active: z.boolean(),
          retained_bytes: z.number().nullable(),
          status: z.string().nullable(),
        }),
      ),
    })
    .nullable()
    // A worker of an older version says nothing about it.
    .default(null),
  heartbeat: z.object({ written: z.number(), round_trip_ms: z.number() }).nullable().default(null),
  spool: z
    .object({ transactions: z.number(), bytes: z.number(), memory_bytes: z.number(), limit_bytes: z.number() })
    .nullable()
    .default(null),
  read_anew: z.object({ at: z.number(), reason: z.string(), times: z.number() }).nullable().default(null),
});

/** `GET /connectors/{name}/tasks/{id}/progress`. Times are epoch milliseconds, null: not yet, or not known. */
export const taskBody = z.object({
  connector: z.string(),
  task: z.number(),
  worker_id: z.string(),
  run: z.enum(['idle', 'starting', 'running', 'paused', 'stopping', 'waiting', 'failed', 'finished']),
  since: z.number(),
  reported: epochMs,
  stalled: z.object({ reason: z.enum(['not-acknowledged', 'no-report']), since: z.number() }).nullable(),
  last_poll: epochMs,
  last_record: epochMs,
  last_acknowledged: epochMs,
  last_commit: epochMs,
  records: z.number(),
  records_per_second: z.number(),
  bytes: z.number(),
  transactions: z.number(),
  queued_bytes: z.number(),
  pending_bytes: z.number(),
  capacity_bytes: z.number(),
  source: sourceBody.nullable(),
  restarts: z.object({
    total: z.number(),
    next: z.object({ at: z.number(), attempt: z.number(), left: z.number().nullable() }).nullable(),
    spent: z.string().nullable(),
  }),
  failures: z.array(failureBody),
});
export type TaskBody = z.infer<typeof taskBody>;

export interface TaskOwner {
  readonly connector: string;
  readonly task: number;
  readonly workerId: string;
  /** Takes known secrets out of a text, beside those that its own words give away. */
  readonly redact?: (text: string) => string;
}

const nothing = {
  records: 0,
  bytes: 0,
  transactions: 0,
  queuedBytes: 0,
  pendingBytes: 0,
  capacityBytes: 0,
  lastPollMs: null,
  lastRecordMs: null,
  lastAckMs: null,
  lastCommitMs: null,
} satisfies Partial<TaskProgress>;

function sourceOf(source: SourceProgress, redact: (text: string) => string): z.infer<typeof sourceBody> {
  const { reconnect, snapshot, incremental, slot, heartbeat, spool, readAnew } = source;
  return {
    phase: source.phase,
    connected: source.connected,
    reconnect: reconnect && {
      attempt: reconnect.attempt,
      at: reconnect.atMs,
      reason: redact(redactText(reconnect.reason)),
    },
    position: source.position,
    confirmed: source.confirmed,
    head: source.head,
    lag_bytes: source.lagBytes,
    lag_ms: source.lagMs,
    last_event: source.lastEventMs,
    last_transaction: source.lastTransaction,
    transactions: source.transactions,
    schema: source.schema,
    snapshot: snapshot && {
      state: snapshot.state,
      rows: snapshot.rows,
      tables_done: snapshot.tablesDone,
      tables: snapshot.tables,
      bytes_done: snapshot.bytesDone,
      bytes: snapshot.bytes,
      rows_per_second: snapshot.rowsPerSecond,
      estimated_end: snapshot.estimatedEndMs,
      started: snapshot.startedMs,
      ended: snapshot.endedMs,
    },
    incremental: incremental && incrementalOf(incremental),
    slot: slot && slotOf(slot),
    heartbeat: heartbeat && { written: heartbeat.writtenMs, round_trip_ms: heartbeat.roundTripMs },
    spool: spool && {
      transactions: spool.transactions,
      bytes: spool.bytes,
      memory_bytes: spool.memoryBytes,
      limit_bytes: spool.limitBytes,
    },
    read_anew: readAnew && { at: readAnew.atMs, reason: readAnew.reason, times: readAnew.times },
  };
}

function incrementalOf({
  chunk,
  requestsWaiting,
  ...incremental
}: IncrementalProgress): z.infer<typeof sourceBody>['incremental'] {
  return {
    ...incremental,
    requests_waiting: requestsWaiting,
    chunk: chunk && {
      id: chunk.id,
      from: chunk.from,
      to: chunk.to,
      table_from: chunk.tableFrom,
      table_to: chunk.tableTo,
      waiting_rows: chunk.waitingRows,
    },
  };
}

function slotOf(slot: SlotProgress): z.infer<typeof sourceBody>['slot'] {
  return {
    name: slot.name,
    system: slot.system,
    timeline: slot.timeline,
    status: slot.status,
    level: slot.level,
    warnings: [...slot.warnings],
    retained_bytes: slot.retainedBytes,
    unconfirmed_bytes: slot.unconfirmedBytes,
    safe_bytes: slot.safeBytes,
    limit_bytes: slot.limitBytes,
    exhausted_in_ms: slot.exhaustedInMs,
    held_by: slot.heldBy,
    checked: slot.checkedMs,
    others: slot.others.map(({ retainedBytes, ...other }) => ({ ...other, retained_bytes: retainedBytes })),
  };
}

function failureOf(
  { firstMs, lastMs, causes, ...note }: FailureNote,
  redact: (text: string) => string,
): z.infer<typeof failureBody> {
  return { ...note, message: redact(note.message), causes: causes.map(redact), first: firstMs, last: lastMs };
}

/** What a worker knows of a task, as clients and other workers get it. */
export function bodyOfTask(
  { connector, task, workerId, redact = (text) => text }: TaskOwner,
  snapshot: TaskSnapshot,
): TaskBody {
  const { run, stalled, progress, next } = snapshot;
  const figures = progress ?? nothing;
  return {
    connector,
    task,
    worker_id: workerId,
    run,
    since: snapshot.sinceMs,
    reported: snapshot.reportedMs,
    stalled: stalled && { reason: stalled.reason, since: stalled.sinceMs },
    last_poll: figures.lastPollMs,
    last_record: figures.lastRecordMs,
    last_acknowledged: figures.lastAckMs,
    last_commit: figures.lastCommitMs,
    records: figures.records,
    records_per_second: Math.round(snapshot.recordsPerSecond * 10) / 10,
    bytes: figures.bytes,
    transactions: figures.transactions,
    queued_bytes: figures.queuedBytes,
    pending_bytes: figures.pendingBytes,
    capacity_bytes: figures.capacityBytes,
    source: progress?.source ? sourceOf(progress.source, redact) : null,
    restarts: {
      total: snapshot.restarts,
      next: next && { at: next.atMs, attempt: next.attempt, left: next.left },
      spent: snapshot.spent,
    },
    failures: snapshot.failures.map((failure) => failureOf(failure, redact)),
  };
}
