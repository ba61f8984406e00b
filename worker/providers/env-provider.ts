import { ConnectorError } from '../../errors/connector-error.ts';
import { javaPattern } from '../../settings/java-pattern.ts';
import type { ConfigProvider, Lookup } from './config-provider.ts';
import type { Placeholder } from './placeholder.ts';

/** Environment variables of the worker's process, as Kafka's EnvVarConfigProvider (KIP-887): `${env:NAME}`. */
export class EnvProvider implements ConfigProvider {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #allowed: ReturnType<typeof javaPattern>;

  /** `allowlist`: Java regular expression that a whole name has to match; undefined: every name. */
  constructor(env: Readonly<Record<string, string | undefined>>, allowlist: string | undefined) {
    this.#env = env;
    this.#allowed = javaPattern(allowlist ?? '.*');
  }

  find({ path, key, provider }: Placeholder): Lookup | undefined {
    if (path !== '')
      throw new ConnectorError(
        'CONFIG_PROVIDER_FAILED',
        `the provider ${provider} of environment variables takes no path: \${${provider}:NAME}, and was given the path '${path}'`,
      );
    const value = this.#allowed.matches(key) ? this.#env[key] : undefined;
    return value === undefined ? undefined : { value };
  }
}
