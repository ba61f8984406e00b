import type { Lsn } from './lsn.ts';
import type { ReplicationStream } from './wire/replication-stream.ts';

export interface FeedbackParts {
  readonly stream: Pick<ReplicationStream, 'sendStatus'>;
  /** Longest time between two messages. */
  readonly intervalMs: number;
  /** Up to where the server has been heard. */
  readonly received: () => Lsn;
  /** Up to where everything is in Kafka. */
  readonly durable: () => Lsn;
  /** False: nothing new may be confirmed, since somebody else may own the slot by now. */
  readonly mayConfirm: () => boolean;
  /** False with lsn.flush.mode=manual. */
  readonly confirms: boolean;
  /** Where the slot was when the session began. */
  readonly slotPosition: Lsn;
}

/** A position that has become durable is confirmed after at most this long, so that the server need not keep its log for longer. */
const CONFIRM_WITHIN_MS = 1000;

/**
 * Keeps the session to the server alive and tells it what it may forget: at each interval, at once when asked, and soon after
 * something has become durable. Works by timers of its own, also while nothing is read. Never confirms what is not durable.
 */
export class Feedback {
  readonly #parts: FeedbackParts;
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #confirmed = 0n;

  constructor(parts: FeedbackParts) {
    this.#parts = parts;
    // Asking for a reply makes the server show that it lives, and where its log ends.
    this.#timer = setInterval(() => this.#send(true), parts.intervalMs);
  }

  /** Up to where the server was told that it may forget; 0: nothing yet. */
  get confirmed(): Lsn {
    return this.#confirmed;
  }

  /** Answers a server that wants to know whether we live. */
  answer(): void {
    this.#send(false);
  }

  /** Asks the server where it is. */
  ask(): void {
    this.#send(true);
  }

  durableMoved(): void {
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined;
        this.#send(false);
      },
      Math.min(CONFIRM_WITHIN_MS, this.#parts.intervalMs),
    );
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  #send(replyRequested: boolean): void {
    const { confirms, mayConfirm, durable, received, stream, slotPosition } = this.#parts;
    // Zero says nothing about the position. Servers before 18 would let a slot be moved backwards.
    if (confirms && mayConfirm() && durable() >= slotPosition) this.#confirmed = durable();
    // The end of a commit record is the next byte wanted: exactly this, since one more would swallow an adjacent transaction.
    const flushed = this.#confirmed;
    const seen = received();
    stream.sendStatus({ received: seen > flushed ? seen : flushed, flushed, replyRequested });
  }
}
