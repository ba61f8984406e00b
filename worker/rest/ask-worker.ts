import type { z } from 'zod';
import { workerBody, type WorkerBody } from '../health/worker-body.ts';
import { RestError } from '../herder/rest-error.ts';
import { forward } from './forwarding.ts';

async function ask(
  target: string,
  path: string,
  { authorization, signal }: { readonly authorization: string | undefined; readonly signal: AbortSignal },
): Promise<string> {
  const answer = await forward({
    target,
    method: 'GET',
    path,
    params: {},
    query: new URLSearchParams(),
    body: undefined,
    authorization,
    signal,
  });
  return answer.json ?? '';
}

function parsed<T>(text: string, schema: z.ZodType<T>, target: string): T {
  const result = schema.safeParse(JSON.parse(text));
  if (!result.success) throw new RestError(500, `${target} answered in another way; is it of another version?`);
  return result.data;
}

/** What another worker says of itself. RestError when it does not answer in time or not as expected. */
export async function askWorker(
  target: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<WorkerBody> {
  return parsed(await ask(target, '/summary/worker', { authorization, signal }), workerBody, target);
}

/** The leader's summary of the cluster as JSON text. */
export function askLeader(target: string, authorization: string | undefined, signal: AbortSignal): Promise<string> {
  return ask(target, '/summary', { authorization, signal });
}
