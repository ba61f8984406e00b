import type { ChangeBatch } from '../../connectors/change-batch.ts';
import type { Emitted } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { BatchQueue, type QueuedBatch } from './batch-queue.ts';
import type { EventOutput } from './event-output.ts';
import { OpenTransaction } from './open-transaction.ts';
import { adaptiveBoundary, type TransactionBoundary } from './transaction-boundary.ts';
import { monotonicMs } from '../../kafka/monotonic-ms.ts';
import { PipelineMeter, type PipelineMeterFigures } from './pipeline-meter.ts';
import type { ErrorFigures } from './record-errors.ts';
import type { OutputTopic, RecordOutput } from './record-output.ts';
import { RoomGate } from './room-gate.ts';

export interface PipelineOptions<T extends OutputTopic> {
  readonly connector: string;
  readonly output: RecordOutput<T>;
  readonly events: EventOutput;
  readonly offsetsTopic: T;
  /** Bytes that may wait for their commit before the source is paused. */
  readonly inFlightBytes: number;
  /** Where transactions end; default: by load. */
  readonly boundary?: TransactionBoundary;
}

/** Counted since the pipeline was opened. */
export interface PipelineFigures {
  readonly records: number;
  readonly transactions: number;
  readonly lastCommitAt: number | null;
  /** Records that could not be converted, by Connect's counts. */
  readonly errors: ErrorFigures;
}

/**
 * The way of one change inside a task host: batches are encoded in the order in which they were emitted, whole batches go
 * into one transaction at a time, and a batch is acknowledged only when the transaction with its offsets is committed.
 * While one transaction is being committed the next one is already filled.
 */
export class Pipeline<T extends OutputTopic> {
  readonly #options: PipelineOptions<T>;
  readonly #queue = new BatchQueue();
  readonly #gate: RoomGate;
  readonly #meter = new PipelineMeter();
  readonly #boundary: TransactionBoundary;
  readonly #failed = Promise.withResolvers<ConnectorError>();
  #failure: ConnectorError | undefined;
  #current: OpenTransaction | undefined;
  #committing: Promise<void> | undefined;
  #commitEnded = Promise.withResolvers<undefined>();
  #opening = false;
  #commitAsked = false;
  #lastEmit = 0;
  #lastCommitMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #check: NodeJS.Immediate | undefined;
  #figures = { records: 0, transactions: 0, lastCommitAt: null as number | null };

  constructor(options: PipelineOptions<T>) {
    this.#options = options;
    this.#boundary = options.boundary ?? adaptiveBoundary;
    const { output, inFlightBytes } = options;
    this.#gate = new RoomGate({
      limit: inFlightBytes,
      queued: () => this.#queue.bytes,
      pending: () => output.pendingBytes,
      unacknowledged: () => output.unacknowledgedBytes,
      isLong: () => this.#outgrowsMemory,
    });
  }

  /** Settles with the first failure; nothing is written after it. */
  get failed(): Promise<ConnectorError> {
    return this.#failed.promise;
  }

  get figures(): PipelineFigures {
    return { ...this.#figures, errors: this.#options.events.errors };
  }

  /** Figures of batches and commits. */
  get meter(): PipelineMeterFigures {
    return this.#meter.figures;
  }

  /** Bytes that wait to be encoded. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Bytes that may wait before the source is paused. */
  get capacityBytes(): number {
    return this.#options.inFlightBytes;
  }

  get pendingBytes(): number {
    return this.#options.output.pendingBytes + this.#queue.bytes;
  }

  /** Whether the connector says where transactions end. */
  get definesTransactions(): boolean {
    return this.#boundary.ofConnector;
  }

  emit(batch: ChangeBatch): Emitted {
    const acknowledged = Promise.withResolvers<undefined>();
    // A rejection is always seen through `failed`; a connector that looks at it too loses nothing.
    acknowledged.promise.catch(() => undefined);
    if (this.#failure !== undefined) {
      acknowledged.reject(this.#failure);
      return { room: undefined, acknowledged: acknowledged.promise };
    }
    this.#lastEmit = monotonicMs();
    this.#meter.emitted(batch);
    this.#queue.push({ batch, acknowledged, end: this.#boundary.ofConnector ? batch.transaction : undefined });
    if (!this.#opening) this.#encodeQueued();
    return { room: this.#gate.room(), acknowledged: acknowledged.promise };
  }

  commitNow(): void {
    // Exactly there, where the connector says where transactions end; as soon as possible elsewhere.
    const last = this.#boundary.ofConnector ? (this.#queue.last() ?? this.#current) : undefined;
    if (last !== undefined) last.end ??= 'commit';
    else if (!this.#boundary.ofConnector) this.#commitAsked = true;
    this.#scheduleCommit();
  }

  /**
   * Resolves when everything emitted so far is committed; rejects when that failed. A transaction whose end is the connector's
   * to say, or that lacks the batches that were to follow, stays open: what it holds is read again.
   */
  async finish(): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const current = this.#current;
      const isForConnector = this.#boundary.ofConnector && current?.end === undefined;
      const nothingOpen = current === undefined || isForConnector || current.continues;
      if (this.#queue.length === 0 && nothingOpen && this.#committing === undefined) return;
      if (!this.#boundary.ofConnector) this.commitNow();
      await Promise.race([this.#commitEnded.promise, this.#failed.promise]);
    }
  }

  /** Stops the timers; what was not committed stays unacknowledged. */
  close(
    reason = new ConnectorError('TASK_STOPPED', 'the task was stopped before its last changes were committed'),
  ): void {
    this.#fail(reason);
  }

  /** Encodes from the queue until it is empty or a topic must be opened first. */
  #encodeQueued(): void {
    try {
      for (;;) {
        // The open transaction has its end: what follows waits until it is being committed.
        if (this.#current?.end !== undefined) break;
        const next = this.#queue.first();
        if (next === undefined) break;
        // What belongs together has a transaction of its own, which can be dropped alone.
        if (this.#beginsUnit(next) && this.#current !== undefined) {
          this.#current.end = 'commit';
          break;
        }
        if (!this.#encodeBatch(next)) return;
        this.#queue.shift();
        this.#openTransaction().join(next, this.#boundary.ofConnector);
      }
    } catch (error) {
      this.#fail(ConnectorError.from(error, 'INTERNAL', 'encoding a change'));
      return;
    }
    this.#scheduleCommit();
    if (this.#boundary.ofConnector || this.#current?.continues === true) this.#wakeFinish();
  }

  /** False when it had to stop, for a topic to be opened for instance; it goes on at the same event when called again. */
  #encodeBatch(queued: QueuedBatch): boolean {
    const { events } = queued.batch;
    this.#openTransaction();
    queued.encoded = this.#options.events.append(events, queued.encoded);
    if (queued.encoded < events.length) return this.#stopUntilReady();
    this.#figures.records += events.length;
    return true;
  }

  #beginsUnit({ batch }: QueuedBatch): boolean {
    const current = this.#current;
    if (this.#boundary.ofConnector || batch.continues !== true || current === undefined) return false;
    return !current.continues && current.batches.length > 0;
  }

  #stopUntilReady(): false {
    this.#opening = true;
    this.#options.events.ready().then(
      () => {
        this.#opening = false;
        if (this.#failure === undefined) this.#encodeQueued();
      },
      (error: unknown) => {
        this.#fail(ConnectorError.from(error, 'INTERNAL', 'opening a topic'));
      },
    );
    return false;
  }

  #openTransaction(): OpenTransaction {
    this.#current ??= new OpenTransaction(this.#options.output.pendingBytes);
    return this.#current;
  }

  #scheduleCommit(): void {
    if (this.#check !== undefined || this.#failure !== undefined) return;
    // One turn of the event loop later the socket was polled again: if nothing came, the input is dry.
    this.#check = setImmediate(() => {
      this.#check = undefined;
      this.#considerCommit();
    });
  }

  #considerCommit(): void {
    const current = this.#current;
    if (
      current === undefined ||
      current.batches.length === 0 ||
      current.continues ||
      this.#committing !== undefined ||
      this.#failure !== undefined
    )
      return;
    const now = monotonicMs();
    const state = {
      ageMs: now - current.openedAt,
      bytes: this.#options.output.pendingBytes - current.bytesBefore,
      quietMs: now - this.#lastEmit,
      lastCommitMs: this.#lastCommitMs,
      commitAsked: this.#commitAsked || this.#gate.waitsForCommit,
    };
    const wait = current.end === undefined ? this.#boundary.commitIn(state) : 0;
    clearTimeout(this.#timer);
    if (wait === Infinity) return;
    if (wait > 0) this.#timer = setTimeout(() => this.#considerCommit(), wait);
    // A batch that waits for its topic is partly encoded; it must end in this transaction, so the commit waits too.
    else if (!this.#opening) this.#commit(current, now);
  }

  #commit(transaction: OpenTransaction, startedAt: number): void {
    this.#current = undefined;
    this.#commitAsked = false;
    const { output, connector, offsetsTopic } = this.#options;
    const offsets = transaction.offsetRecords(connector, offsetsTopic);
    const ended = transaction.end === 'abort' ? output.abort(offsets) : output.commit(offsets);
    this.#committing = ended.then(
      () => {
        const now = monotonicMs();
        this.#lastCommitMs = now - startedAt;
        this.#figures.transactions += 1;
        this.#figures.lastCommitAt = now;
        this.#meter.committed(
          transaction.batches.map(({ batch }) => batch),
          this.#lastCommitMs,
        );
        this.#committing = undefined;
        transaction.acknowledge();
        this.#gate.update();
        this.#wakeFinish();
        this.#scheduleCommit();
      },
      (error: unknown) => {
        this.#committing = undefined;
        this.#meter.failed();
        const failure = ConnectorError.from(error, 'INTERNAL', 'committing to Kafka');
        transaction.reject(failure);
        this.#fail(failure);
      },
    );
    if (transaction.end !== undefined) this.#encodeQueued();
  }

  #wakeFinish(): void {
    this.#commitEnded.resolve(undefined);
    this.#commitEnded = Promise.withResolvers<undefined>();
  }

  /** Whether the transaction that the newest batch belongs to may be larger than what may be in flight. */
  get #outgrowsMemory(): boolean {
    if (this.#boundary.outgrowsMemory) return true;
    const queued = this.#queue.last();
    return queued === undefined ? this.#current?.continues === true : queued.batch.continues === true;
  }

  #fail(failure: ConnectorError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    clearTimeout(this.#timer);
    clearImmediate(this.#check);
    for (const queued of this.#queue.drain()) queued.acknowledged.reject(failure);
    this.#current?.reject(failure);
    this.#current = undefined;
    this.#gate.open();
    this.#failed.resolve(failure);
  }
}
