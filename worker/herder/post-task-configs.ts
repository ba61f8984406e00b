import { forward } from '../rest/forwarding.ts';
import type { Config } from './config-equality.ts';

/** Hands task configurations to the leader over REST. RestError with the leader's answer, or with what went wrong on the way. */
export async function postTaskConfigs(
  leaderUrl: string,
  name: string,
  configs: readonly Config[],
  signal: AbortSignal,
): Promise<void> {
  await forward({
    target: leaderUrl,
    method: 'POST',
    path: '/connectors/:connector/tasks',
    params: { connector: name },
    query: new URLSearchParams(),
    body: JSON.stringify(configs),
    authorization: undefined,
    signal,
  });
}
