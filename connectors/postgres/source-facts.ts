import type {
  HeartbeatProgress,
  IncrementalProgress,
  SchemaProgress,
  SlotProgress,
  SnapshotProgress,
  SourceProgress,
  SpoolProgress,
} from '../source-progress.ts';
import { ChangeCounts } from './change-counts.ts';
import type { Feedback } from './feedback.ts';
import type { StreamStanding } from './guard/slot-hold.ts';
import type { Handover } from './handover.ts';
import { formatLsn, type Lsn } from './lsn.ts';
import { snapshotPace, type SnapshotFigures } from './snapshot/snapshot-pace.ts';
import type { TransactionCursor } from './position/transaction-cursor.ts';

/** What a session that streams knows. */
interface Streaming {
  readonly cursor: Pick<TransactionCursor, 'done' | 'commits' | 'lastXid'>;
  readonly feedback: Pick<Feedback, 'confirmed'>;
  readonly spool: () => SpoolProgress | null;
}

type HandedOver = Pick<Handover, 'durable' | 'durableTimeMicros' | 'idle' | 'unacknowledgedMs'>;

interface SourceFactsParts {
  readonly incremental?: () => IncrementalProgress | null;
  readonly now?: () => number;
}

interface Snapshot {
  readonly figures: () => SnapshotFigures;
  readonly startedMs: number;
  /** What had been read before: the pace is that of now. */
  readonly before: Pick<SnapshotFigures, 'rows' | 'bytesDone'>;
  state: SnapshotProgress['state'];
  endedMs: number | null;
}

/**
 * Gathers what a task can say of its progress. Reads the counters that are there anyway, and holds nothing of a session
 * longer than the next one: a report costs a few comparisons, a change no more than its count.
 */
export class SourceFacts {
  /** Raised by whoever decodes changes, session after session. */
  readonly changes = new ChangeCounts();
  readonly #server: string;
  readonly #handover: () => HandedOver;
  readonly #now: () => number;
  #phase: SourceProgress['phase'] = 'connecting';
  #connected = false;
  #reconnect: SourceProgress['reconnect'] = null;
  #head: Lsn = 0n;
  #streaming: Streaming | undefined;
  #earlierCommits = 0;
  #schema: SchemaProgress | null = null;
  #snapshot: Snapshot | undefined;
  #slot: SlotProgress | null = null;
  #heartbeat: HeartbeatProgress | null = null;
  #readAnew: SourceProgress['readAnew'] = null;
  #caughtUpMs: number | undefined;
  readonly #incremental: () => IncrementalProgress | null;

  /** `handover`: the one of now; `incremental`: what is read while changes stream; `now`: epoch milliseconds. */
  constructor(
    server: string,
    handover: () => HandedOver,
    { incremental = () => null, now = Date.now }: SourceFactsParts = {},
  ) {
    this.#incremental = incremental;
    this.#server = server;
    this.#handover = handover;
    this.#now = now;
  }

  connected(): void {
    this.#connected = true;
    this.#reconnect = null;
  }

  lost(reason: string, attempt: number, waitMs: number): void {
    this.#connected = false;
    this.#phase = 'connecting';
    if (this.#streaming !== undefined) this.#earlierCommits += this.#streaming.cursor.commits;
    this.#streaming = undefined;
    this.#endSnapshot('aborted');
    this.#reconnect = { attempt, atMs: this.#now() + waitMs, reason };
  }

  streaming(parts: Streaming): void {
    this.#phase = 'streaming';
    this.#streaming = parts;
  }

  schemaPhase(progress: SchemaProgress): void {
    const { tables, topics, definitions } = progress;
    const isUnderWay = topics < tables || (definitions > 0 && definitions < tables);
    // Between the topics and the definitions there may be a slot to wait for.
    if (this.#streaming === undefined) this.#phase = isUnderWay ? 'schema' : 'connecting';
    this.#schema = progress;
  }

  snapshotBegins(figures: () => SnapshotFigures): void {
    this.#phase = 'snapshot';
    this.#snapshot = { figures, startedMs: this.#now(), before: figures(), state: 'running', endedMs: null };
  }

  /** Reads a share of a snapshot whose figures another task tells. */
  helps(): void {
    this.#phase = 'snapshot';
  }

  /** There is nothing to do for now, nor a connection needed. */
  idles(): void {
    this.connected();
    this.#phase = 'idle';
  }

  snapshotCompleted(): void {
    this.#endSnapshot('completed');
  }

  snapshotAborted(): void {
    this.#endSnapshot('aborted');
  }

  /** The source's log reached at least to here. */
  sawHead(head: Lsn): void {
    if (head > this.#head) this.#head = head;
  }

  /** Where the task is between its slot and the end of the log. */
  standing(): StreamStanding {
    const { durable, unacknowledgedMs } = this.#handover();
    return { phase: this.#phase, read: this.#streaming?.cursor.done ?? null, durable, unacknowledgedMs };
  }

  sawSlot(slot: SlotProgress): void {
    this.#slot = slot;
  }

  /** The server has no longer what follows the stored offset. */
  readsAnew(reason: string): void {
    this.#readAnew = { atMs: this.#now(), reason, times: (this.#readAnew?.times ?? 0) + 1 };
  }

  heartbeatReturned(roundTripMs: number): void {
    this.#heartbeat = { writtenMs: this.#now() - roundTripMs, roundTripMs };
  }

  progress(): SourceProgress {
    const { durable, durableTimeMicros } = this.#handover();
    const streaming = this.#streaming;
    const head = streaming !== undefined && streaming.cursor.done > this.#head ? streaming.cursor.done : this.#head;
    const known = durable > 0n && head > 0n;
    const lastEventMs = durableTimeMicros === null ? null : Number(durableTimeMicros / 1000n);
    const confirmed = streaming?.feedback.confirmed ?? 0n;
    const xid = streaming?.cursor.lastXid ?? null;
    return {
      plugin: 'postgres',
      server: this.#server,
      phase: this.#phase,
      connected: this.#connected,
      reconnect: this.#reconnect,
      position: durable > 0n ? formatLsn(durable) : null,
      confirmed: confirmed > 0n ? formatLsn(confirmed) : null,
      head: head > 0n ? formatLsn(head) : null,
      // A distance within one log, far below 2^53.
      lagBytes: known ? Number(head > durable ? head - durable : 0n) : null,
      lagMs: this.#lagMs(lastEventMs),
      lastEventMs,
      lastTransaction: xid === null ? null : String(xid),
      transactions: this.#earlierCommits + (streaming?.cursor.commits ?? 0),
      changes: this.changes.figures,
      schema: this.#schema,
      snapshot: this.#snapshotProgress(),
      incremental: this.#incremental(),
      slot: this.#slot,
      heartbeat: this.#heartbeat,
      spool: streaming?.spool() ?? null,
      readAnew: this.#readAnew,
    };
  }

  /** What was caught up at some moment lacks nothing older than that moment, whatever the last change was. */
  #lagMs(lastEventMs: number | null): number | null {
    const now = this.#now();
    const streaming = this.#streaming;
    if (streaming !== undefined && streaming.cursor.done >= this.#head && this.#handover().idle) {
      this.#caughtUpMs = now;
      return 0;
    }
    const since = Math.max(lastEventMs ?? -Infinity, this.#caughtUpMs ?? -Infinity);
    return since === -Infinity ? null : Math.max(0, now - since);
  }

  #endSnapshot(state: 'completed' | 'aborted'): void {
    if (this.#snapshot?.state !== 'running') return;
    this.#snapshot.state = state;
    this.#snapshot.endedMs = this.#now();
    const figures = this.#snapshot.figures();
    // What they are counted from is not kept for the numbers alone.
    this.#snapshot = { ...this.#snapshot, figures: () => figures };
  }

  #snapshotProgress(): SnapshotProgress | null {
    if (this.#snapshot === undefined) return null;
    const { figures, startedMs, before, state, endedMs } = this.#snapshot;
    const now = figures();
    const elapsedMs = Math.max(1, (endedMs ?? this.#now()) - startedMs);
    const pace = snapshotPace({ now, before, elapsedMs });
    const estimatedEndMs = state === 'running' && pace.leftMs !== null ? this.#now() + pace.leftMs : null;
    return { state, ...now, rowsPerSecond: pace.rowsPerSecond, estimatedEndMs, startedMs, endedMs };
  }
}
