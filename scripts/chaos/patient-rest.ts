import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { connectorOffsets, type ConnectorOffsets } from './connector-offsets.ts';

const instance = z.object({ state: z.string(), worker_id: z.string(), trace: z.string().optional() });
const status = z.object({ connector: instance, tasks: z.array(instance.extend({ id: z.number() })) });
export type ConnectorStatus = z.infer<typeof status>;

const ATTEMPT_MS = 10_000;
const PAUSE_MS = 300;
/** A cluster that has not answered for this long although somebody lives in it is not well. */
const PATIENCE_MS = 150_000;

/** A request that got no answer. */
interface Unanswered {
  readonly path: string;
  readonly atMs: number;
}

/** A signal as REST takes it. */
export interface Signal {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

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
  /** They may still happen, after later ones even. */
  readonly #unanswered: Unanswered[] = [];

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

  async offsets(name: string): Promise<ConnectorOffsets> {
    const { body } = await this.#call({ method: 'GET', path: `/connectors/${name}/offsets` });
    return connectorOffsets.parse(body).offsets;
  }

  /** Refused, and asked again, until the connector is stopped. */
  async deleteOffsets(name: string): Promise<void> {
    await this.#call({ method: 'DELETE', path: `/connectors/${name}/offsets` });
  }

  /** Settles once the signal is stored; it may be obeyed twice when an answer was lost. */
  async signal(name: string, signal: Signal): Promise<void> {
    await this.#call({ method: 'POST', path: `/connectors/${name}/signals`, body: signal });
  }

  /** Whether a request about the connector got no answer. */
  mayBeLate(name: string): boolean {
    return this.#unanswered.some(({ path }) => `${path}/`.startsWith(`/connectors/${name}/`));
  }

  /** Whether a configuration that was sent in the last so many ms got no answer. */
  mayConfigBeLate(name: string, withinMs: number): boolean {
    const since = performance.now() - withinMs;
    return this.#unanswered.some(({ path, atMs }) => atMs >= since && path === `/connectors/${name}/config`);
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
        // A database that cannot be asked makes a configuration invalid (400); a rebalance (409); a leader that is gone (500, 503);
        // a task that does not answer a signal (504).
        if (![400, 404, 409, 500, 503, 504].includes(outcome.status))
          throw new Error(`${method} ${path} answered ${outcome.status}: ${JSON.stringify(outcome.body)}`);
      }
      const mayHappen =
        typeof outcome === 'string' ? !/no worker runs|ECONNREFUSED/.test(outcome) : outcome.status >= 500;
      if (mayHappen && method !== 'GET') this.#unanswered.push({ path, atMs: performance.now() });
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
