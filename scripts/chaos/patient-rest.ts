import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const instance = z.object({ state: z.string(), worker_id: z.string(), trace: z.string().optional() });
const status = z.object({ connector: instance, tasks: z.array(instance.extend({ id: z.number() })) });
export type ConnectorStatus = z.infer<typeof status>;

const offsets = z.object({ offsets: z.array(z.object({ offset: z.record(z.string(), z.unknown()).nullable() })) });

const ATTEMPT_MS = 10_000;
const PAUSE_MS = 300;
/** A cluster that has not answered for this long although somebody lives in it is not well. */
const PATIENCE_MS = 150_000;

interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Statuses beside 2xx that are as good. */
  readonly fine?: readonly number[];
}

/** REST of a cluster in trouble: asks one worker after the other until one of them has answered. */
export class PatientRest {
  readonly #urls: () => readonly string[];
  readonly #signal: AbortSignal;
  #turn = 0;
  /** Paths of requests that got no answer: they may still happen, after later ones even. */
  readonly unanswered: string[] = [];

  constructor(urls: () => readonly string[], signal: AbortSignal) {
    this.#urls = urls;
    this.#signal = signal;
  }

  /** Creates the connector or changes its configuration. */
  async putConfig(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#call({ method: 'PUT', path: `/connectors/${name}/config`, body: config });
  }

  async put(name: string, action: 'pause' | 'resume' | 'stop'): Promise<void> {
    await this.#call({ method: 'PUT', path: `/connectors/${name}/${action}` });
  }

  async restart(name: string, query: string): Promise<void> {
    await this.#call({ method: 'POST', path: `/connectors/${name}/restart${query}` });
  }

  async delete(name: string): Promise<void> {
    await this.#call({ method: 'DELETE', path: `/connectors/${name}`, fine: [404] });
  }

  /** Undefined when there is none. */
  async status(name: string): Promise<ConnectorStatus | undefined> {
    const response = await this.#call({ method: 'GET', path: `/connectors/${name}/status`, fine: [404] });
    return response.status === 404 ? undefined : status.parse(response.body);
  }

  /** Whether an offset is stored that is not one of a snapshot in progress. */
  async streams(name: string): Promise<boolean> {
    const { body } = await this.#call({ method: 'GET', path: `/connectors/${name}/offsets` });
    const found = offsets.parse(body).offsets;
    return found.some(({ offset }) => offset !== null && offset['lsn'] !== undefined && !('snapshot' in offset));
  }

  async #call({ method, path, body, fine = [] }: Call): Promise<{ status: number; body: unknown }> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const urls = this.#urls();
      this.#turn += 1;
      const url = urls[this.#turn % Math.max(1, urls.length)];
      const outcome = url === undefined ? 'no worker runs' : await this.#attempt(`${url}${path}`, method, body);
      if (typeof outcome !== 'string') {
        if (outcome.ok || fine.includes(outcome.status)) return outcome;
        // A database that cannot be asked makes a configuration invalid (400); a rebalance (409); a leader that is gone (500, 503).
        if (![400, 404, 409, 500, 503].includes(outcome.status))
          throw new Error(`${method} ${path} answered ${outcome.status}: ${JSON.stringify(outcome.body)}`);
      } else if (method !== 'GET') {
        this.unanswered.push(`${method} ${path}`);
      }
      if (performance.now() > deadline)
        throw new Error(`${method} ${path} did not succeed within ${PATIENCE_MS / 1000} s; last: ${text(outcome)}`);
      await sleep(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }

  async #attempt(
    url: string,
    method: string,
    body: unknown,
  ): Promise<string | { ok: boolean; status: number; body: unknown }> {
    const request: RequestInit = {
      method,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ATTEMPT_MS)]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      const response = await fetch(url, request);
      const answer = await response.text();
      return { ok: response.ok, status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
    } catch (error) {
      this.#signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
      return `${String(error)}${cause}`;
    }
  }
}

function text(outcome: string | { status: number; body: unknown }): string {
  return typeof outcome === 'string' ? outcome : `${outcome.status} ${JSON.stringify(outcome.body)}`;
}
