import type { SessionKey } from '../../config-topics/records/session-key-record.ts';
import { forward } from '../rest/forwarding.ts';
import { signatureHeaders, type SigningRules } from '../rest/request-signature.ts';
import type { WorkerConfig } from '../worker-config.ts';
import type { Config } from './config-equality.ts';

/** How a worker signs and checks what only workers may ask of each other. */
export function signingRules({ values }: WorkerConfig, key: () => SessionKey | undefined): SigningRules {
  return { key, algorithm: values.signatureAlgorithm, accepted: values.verificationAlgorithms };
}

/** What this worker asks of others on its own behalf; every request is signed with the session key of the cluster. */
export class WorkerCalls {
  readonly #config: WorkerConfig;
  readonly #rules: SigningRules;

  constructor(config: WorkerConfig, key: () => SessionKey | undefined) {
    this.#config = config;
    this.#rules = signingRules(config, key);
  }

  /** Hands task configurations to the leader. RestError with the leader's answer, or with what went wrong on the way. */
  async postTaskConfigs(
    leaderUrl: string,
    { name, configs }: { readonly name: string; readonly configs: readonly Config[] },
    signal: AbortSignal,
  ): Promise<void> {
    const path = '/connectors/:connector/tasks';
    const body = JSON.stringify(configs);
    await forward({
      target: leaderUrl,
      method: 'POST',
      path,
      params: { connector: name },
      query: new URLSearchParams(),
      body,
      authorization: undefined,
      headers: signatureHeaders(this.#rules, body),
      tls: this.#config.rest.tls,
      signal,
    });
  }
}
