import type { TaskSignal } from '../../connectors/task-signal.ts';
import { RestError } from '../herder/rest-error.ts';

/** Sends a signal to the host of a task; false: it is in none. */
export type SendSignal = (id: string, message: { readonly request: number; readonly signal: TaskSignal }) => boolean;

interface Call {
  readonly id: string;
  readonly answer: PromiseWithResolvers<undefined>;
}

/** A task answers once Kafka has what the signal changed; a transaction takes milliseconds, an outage of Kafka longer. */
const ANSWER_MS = 30_000;

/** Signals on their way to tasks on this worker. */
export class SignalCalls {
  readonly #send: SendSignal;
  readonly #answerMs: number;
  readonly #calls = new Map<number, Call>();
  #next = 1;

  constructor(send: SendSignal, answerMs = ANSWER_MS) {
    this.#send = send;
    this.#answerMs = answerMs;
  }

  /** Settles when the task will obey; RestError 400 when it cannot, 409 when not now, 504 when there is no answer in time. */
  async call(id: string, signal: TaskSignal): Promise<void> {
    const request = this.#next;
    this.#next += 1;
    const answer = Promise.withResolvers<undefined>();
    this.#calls.set(request, { id, answer });
    const late = (): void =>
      answer.reject(new RestError(504, `Task ${id} has not answered within ${this.#answerMs} ms; it may still obey`));
    const timer = setTimeout(late, this.#answerMs);
    try {
      if (!this.#send(id, { request, signal })) throw notRunning(id);
      await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#calls.delete(request);
    }
  }

  answered({
    request,
    refusal,
  }: {
    readonly request: number;
    readonly refusal?: { readonly code: string; readonly message: string } | undefined;
  }): void {
    const { answer } = this.#calls.get(request) ?? {};
    if (refusal === undefined) answer?.resolve(undefined);
    else answer?.reject(new RestError(refusal.code === 'SIGNAL_INVALID' ? 400 : 409, refusal.message));
  }

  /** The run of the task is over. */
  end(id: string): void {
    for (const call of this.#calls.values()) if (call.id === id) call.answer.reject(notRunning(id));
  }
}

function notRunning(id: string): RestError {
  return new RestError(409, `Task ${id} is not running, so it takes no signals`);
}
