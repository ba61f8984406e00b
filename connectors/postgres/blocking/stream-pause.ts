import type { TaskLog } from '../../source-connector.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import type { StreamFacts } from '../incremental/stream-facts.ts';
import { pause } from '../pause.ts';
import { errorText } from '../pg-errors.ts';
import { createSlot } from '../setup/slot.ts';
import type { BlockingQueue } from './blocking-queue.ts';
import { StreamPaused } from './stream-paused.ts';

/** A snapshot that shows what the stream has brought, no more and no less, for as long as its session lives. */
export interface PausePoint {
  readonly snapshot: string | null;
  readonly session: Session;
}

export interface StreamPauseParts {
  readonly queue: Pick<BlockingQueue, 'next'>;
  readonly opener: SessionOpener;
  readonly log: TaskLog;
}

const ASK_EVERY_MS = 100;
/** How long the stream is held for transactions that run: longer from try to try, with as much time for it in between. */
const PATIENCE_MS = 30_000;
const LONGEST_PATIENCE_MS = 600_000;

/**
 * Lets the stream stand still for a blocking snapshot, at a place of which there is a snapshot: the one that a slot begins with
 * shows the transactions whose commit records lie before its consistent point, whether other snapshots see them or not, and none
 * behind it. The stream is held while a temporary slot is made, so that it has not passed that point, and then goes on up to it.
 */
export class StreamPause {
  readonly #parts: StreamPauseParts;
  #paused = Promise.withResolvers<never>();
  #wanted: PromiseWithResolvers<undefined> | undefined;
  #point: PausePoint | undefined;

  constructor(parts: StreamPauseParts) {
    this.#parts = parts;
    this.#paused.promise.catch(() => undefined);
  }

  /** Rejects with a StreamPaused when the session that streams now is to end. */
  get paused(): Promise<never> {
    return this.#paused.promise;
  }

  /** The queue has changed. */
  wake(): void {
    this.#wanted?.resolve(undefined);
  }

  /** What the stream was paused with; whoever takes it closes its session. */
  take(): PausePoint | undefined {
    const point = this.#point;
    this.#point = undefined;
    return point;
  }

  /** Works along with a session that streams until the signal aborts; never rejects. */
  async run(stream: StreamFacts, signal: AbortSignal): Promise<void> {
    this.#paused = Promise.withResolvers<never>();
    this.#paused.promise.catch(() => undefined);
    const onAbort = (): void => this.wake();
    signal.addEventListener('abort', onAbort, { once: true });
    const isOver = (): boolean => signal.aborted;
    let patienceMs = PATIENCE_MS;
    while (!isOver()) {
      if (this.#parts.queue.next === undefined) {
        this.#wanted = Promise.withResolvers();
        await this.#wanted.promise;
        patienceMs = PATIENCE_MS;
        continue;
      }
      await this.#pause(stream, patienceMs, signal).catch(async (error: unknown) => {
        if (isOver()) return;
        this.#parts.log.warn(
          { error: errorText(error), patienceMs },
          'streaming cannot pause for a blocking snapshot; it goes on, and is to pause later',
        );
        await pause(patienceMs, signal).catch(() => undefined);
      });
      patienceMs = Math.min(LONGEST_PATIENCE_MS, 2 * patienceMs);
    }
    signal.removeEventListener('abort', onAbort);
  }

  async #pause(stream: StreamFacts, patienceMs: number, signal: AbortSignal): Promise<void> {
    const session = await this.#parts.opener.replication();
    const isPaused = (): boolean => this.#point?.session === session;
    const close = (): void => {
      if (!isPaused()) void session.close();
    };
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.#findPlace(session, stream, patienceMs);
      // The session that streams is ended for it.
      for (;;) {
        stream.askPosition();
        await pause(ASK_EVERY_MS, signal);
      }
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  /** Waits for the transactions that run at the time, but not for ever. */
  async #findPlace(session: Session, stream: StreamFacts, patienceMs: number): Promise<void> {
    const release = stream.hold();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error('transactions that began before it have not ended'));
    }, patienceMs);
    const name = `millrace_pause_${process.pid}_${Date.now()}`;
    const kind = { temporary: true, exportSnapshot: true, failover: false, twoPhase: false };
    const creation = createSlot(session, { name, version: stream.version, ...kind });
    creation.catch(() => undefined); // known by the race
    try {
      const { consistentPoint, snapshot } = await Promise.race([creation, late.promise]);
      stream.stopAt(consistentPoint, () => {
        this.#point = { snapshot, session };
        this.#paused.reject(new StreamPaused());
      });
    } finally {
      clearTimeout(timer);
      release();
    }
  }
}
