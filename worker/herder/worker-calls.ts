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
  postTaskConfigs(
    leaderUrl: string,
    { name, configs }: { readonly name: string; readonly configs: readonly Config[] },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#ask(leaderUrl, { method: 'POST', path: '/connectors/:connector/tasks', name, body: configs }, signal);
  }

  /** Asks the leader to stop a connector that has nothing more to do. Throws as `postTaskConfigs`. */
  putFinished(
    leaderUrl: string,
    { name, detail }: { readonly name: string; readonly detail: string },
    signal: AbortSignal,
  ): Promise<void> {
    const call = { method: 'PUT', path: '/connectors/:connector/finish', name, body: { detail } } as const;
    return this.#ask(leaderUrl, call, signal);
  }

  async #ask(
    leaderUrl: string,
    call: { readonly method: 'POST' | 'PUT'; readonly path: string; readonly name: string; readonly body: unknown },
    signal: AbortSignal,
  ): Promise<void> {
    const { method, path, name } = call;
    const body = JSON.stringify(call.body);
    await forward({
      target: leaderUrl,
      method,
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
