import type { TaskContext } from '../../source-connector.ts';
import type { Handover } from '../handover.ts';
import { backOff, pause } from '../pause.ts';
import { errorText, judge } from '../pg-errors.ts';
import type { SourceFacts } from '../source-facts.ts';
import type { SessionOpener } from './session-opener.ts';

export interface ReconnectionParts {
  readonly context: Pick<TaskContext, 'signal' | 'log'>;
  readonly opener: Pick<SessionOpener, 'where' | 'failure'>;
  readonly facts: Pick<SourceFacts, 'lost'>;
  /** The one of now. */
  readonly handover: () => Pick<Handover, 'failure'>;
  /** Until then, failing for longer than FIRST_PATIENCE_MS is a failure of the task; absent: there is no hurry. */
  readonly isStarted?: () => boolean;
}

/** Long enough for a server that is just starting; whoever waits for the task to start wants to know. */
const FIRST_PATIENCE_MS = 15_000;

/** What a task does about connections that break: tells of it, waits and tries again, or fails when that is no use. */
export class Reconnection {
  readonly #parts: ReconnectionParts;
  readonly #beganMs = performance.now();
  #retry = 0;

  constructor(parts: ReconnectionParts) {
    this.#parts = parts;
  }

  /** All is well: the next waiting time is a short one again. */
  mended(): void {
    this.#retry = 0;
  }

  /**
   * Settles when it is time for the next try; throws the failure when it does not mend by connecting again. `mends`: it does,
   * whatever it looks like.
   */
  async after(failure: unknown, { mends = false }: { readonly mends?: boolean } = {}): Promise<void> {
    const { context, opener, facts, handover, isStarted } = this.#parts;
    const { signal, log } = context;
    signal.throwIfAborted();
    const isImpatient = isStarted?.() === false && performance.now() - this.#beganMs > FIRST_PATIENCE_MS;
    const isFatal = judge(failure).kind === 'fatal' && !mends;
    if (isImpatient || isFatal || handover().failure !== undefined) throw failure;
    const retry = this.#retry;
    this.#retry += 1;
    const waitMs = backOff(retry);
    const error = errorText(failure);
    facts.lost(error, retry + 1, waitMs);
    log.warn({ error, retry, waitMs, where: opener.where }, 'connection lost; connecting again');
    await pause(waitMs, signal);
  }

  /** What the task fails with: what Kafka did not take comes before all that followed from it. */
  failure(error: unknown): Error {
    return this.#parts.handover().failure ?? this.#parts.opener.failure(error);
  }
}
