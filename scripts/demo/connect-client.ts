import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const instance = z.object({ state: z.string(), worker_id: z.string(), trace: z.string().optional() });
const status = z.object({ connector: instance, tasks: z.array(instance.extend({ id: z.number() })) });
export type Status = z.infer<typeof status>;

const POLL_MS = 50;

/** The few REST calls that the demo and the benchmarks make, the same against a millrace and a Java worker. */
export class ConnectClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#call('POST', '/connectors', { name, config });
  }

  async delete(name: string): Promise<void> {
    await this.#call('DELETE', `/connectors/${name}`);
  }

  async put(name: string, action: 'pause' | 'resume' | 'stop'): Promise<void> {
    await this.#call('PUT', `/connectors/${name}/${action}`);
  }

  /** Undefined while the connector has no status yet. */
  async status(name: string): Promise<Status | undefined> {
    const response = await fetch(`${this.#url}/connectors/${name}/status`);
    if (response.status === 404) return undefined;
    return status.parse(await response.json());
  }

  /** Polls the status until it holds; throws with the trace when the connector or a task fails on the way. */
  async until(name: string, holds: (found: Status) => boolean, timeoutMs: number): Promise<Status> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = await this.status(name);
      if (found !== undefined && holds(found)) return found;
      const failed = [found?.connector, ...(found?.tasks ?? [])].find((part) => part?.state === 'FAILED');
      if (failed !== undefined) throw new Error(`${name} failed: ${failed.trace ?? '(no trace)'}`);
      if (performance.now() > end)
        throw new Error(`${name} did not get there in ${timeoutMs / 1000} s; status: ${JSON.stringify(found)}`);
      await delay(POLL_MS);
    }
  }

  /** Until the first task runs; gives its worker. */
  async untilRunning(name: string, timeoutMs: number): Promise<string> {
    const found = await this.until(
      name,
      ({ tasks }) => tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING'),
      timeoutMs,
    );
    return found.tasks[0]?.worker_id ?? '';
  }

  async #call(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  }
}
