import type { z } from 'zod';
import type { RestTls } from '../config/rest-tls.ts';
import { workerBody, type WorkerBody } from '../health/worker-body.ts';
import { RestError } from '../herder/rest-error.ts';
import { forward } from './forwarding.ts';

async function ask(
  target: string,
  path: string,
  options: { readonly authorization: string | undefined; readonly tls: RestTls; readonly signal: AbortSignal },
): Promise<string> {
  const answer = await forward({
    target,
    method: 'GET',
    path,
    params: {},
    query: new URLSearchParams(),
    body: undefined,
    ...options,
  });
  return answer.json ?? '';
}

function parsed<T>(text: string, schema: z.ZodType<T>, target: string): T {
  const result = schema.safeParse(JSON.parse(text));
  if (!result.success) throw new RestError(500, `${target} answered in another way; is it of another version?`);
  return result.data;
}

/** Asks other workers about themselves, by https with this worker's key and trust store. */
export class WorkerQuestions {
  readonly #tls: RestTls;

  constructor(tls: RestTls) {
    this.#tls = tls;
  }

  /** What another worker says of itself. RestError when it does not answer in time or not as expected. */
  async worker(target: string, authorization: string | undefined, signal: AbortSignal): Promise<WorkerBody> {
    const text = await ask(target, '/summary/worker', { authorization, tls: this.#tls, signal });
    return parsed(text, workerBody, target);
  }

  /** The leader's summary of the cluster as JSON text. */
  leader(target: string, authorization: string | undefined, signal: AbortSignal): Promise<string> {
    return ask(target, '/summary', { authorization, tls: this.#tls, signal });
  }
}
