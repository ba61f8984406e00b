import type { ConfigResolver, ResolvedConfig } from '../providers/config-resolver.ts';
import type { SecretValues } from '../providers/secret-values.ts';
import type { Config } from './config-equality.ts';
import type { IsSecret } from './masked-config.ts';

export interface ConnectorResolverParts {
  readonly resolver: ConfigResolver;
  readonly secretValues: SecretValues;
  /** With the definitions of the connector's plug-in; rejects when it cannot be loaded. */
  readonly isSecret: (config: Config) => Promise<IsSecret>;
  /** By the names of the keys alone. */
  readonly isSecretByName: (config: Config) => IsSecret;
}

/**
 * Gives the configuration of a connector to whoever uses it: with the values that its placeholders name, of which the secret ones
 * are known to logs and traces from then on. What is stored and shown keeps the placeholders.
 */
export class ConnectorResolver {
  readonly #parts: ConnectorResolverParts;

  constructor(parts: ConnectorResolverParts) {
    this.#parts = parts;
  }

  /** Throws CONFIG_PROVIDER_FAILED. */
  async resolve(config: Config): Promise<Record<string, string>> {
    return (await this.resolved(config)).config;
  }

  async resolved(config: Config): Promise<ResolvedConfig> {
    const { resolver, secretValues, isSecret, isSecretByName } = this.#parts;
    const resolved = await resolver.resolve(config);
    if (resolved.replaced.size > 0)
      secretValues.learn(resolved, await isSecret(resolved.config).catch(() => isSecretByName(resolved.config)));
    return resolved;
  }
}
