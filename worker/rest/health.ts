import type { Health } from '../herder/herder-port.ts';
import { timedOut, within } from './deadline.ts';
import { jsonAnswer, type RestAnswer } from './endpoint.ts';
import { stageSentence, type HerderAccess } from './herder-access.ts';

const statuses = { healthy: 200, starting: 503, unhealthy: 500 } as const;

async function healthOf(access: HerderAccess, timeoutMs: number): Promise<Health> {
  const herder = access.current;
  if (herder === undefined)
    return { status: 'starting', message: `Worker is still starting up. ${stageSentence(access.stage())}`.trim() };
  const health = await within(herder.health(), timeoutMs);
  if (health !== timedOut) return health;
  const text = 'Worker was unable to handle this request and may be unable to handle other requests.';
  return { status: 'unhealthy', message: `${text} ${stageSentence(access.stage())}`.trim() };
}

/** The answer of `GET /health` (KIP-1017): 200, 503 or 500, always with the status body, never with the error body. */
export async function healthAnswer(access: HerderAccess, timeoutMs: number): Promise<RestAnswer> {
  const health = await healthOf(access, timeoutMs);
  return jsonAnswer({ status: health.status, message: health.message }, statuses[health.status]);
}
