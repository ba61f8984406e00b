import { ConnectorError } from '../errors/connector-error.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import type { BackOff } from './back-off.ts';
import { bootstrapAddresses, type BrokerAddress } from './bootstrap-addresses.ts';
import { clientSettings } from './client-settings.ts';
import { saslCredentials, type SaslCredentials } from './security/sasl-credentials.ts';
import { tlsOptions, type TlsOptions } from './security/tls-options.ts';

/** Everything a connection to the brokers needs, checked. Secrets are held where printing the object does not show them. */
export interface ClientOptions {
  /** The addresses of bootstrap.servers, at least one. */
  readonly bootstrap: readonly BrokerAddress[];
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslCredentials | undefined;
  readonly requestTimeoutMs: number;
  readonly connectionSetupTimeoutMs: number;
  /** −1: connections may be idle for ever. */
  readonly connectionsMaxIdleMs: number;
  readonly retryBackOff: BackOff;
  readonly metadataMaxAgeMs: number;
}

/**
 * Reads the client settings out of a configuration whose keys have no prefix (see client-config.ts), certificate files
 * included. Other keys are left alone. Throws CONFIG_INVALID, or NOT_SUPPORTED for what this client cannot do.
 */
export function clientOptions(config: Readonly<Record<string, string>>): ClientOptions {
  const { values, problems } = parseSettings(clientSettings, config);
  if (problems.size > 0) throw new ConnectorError('CONFIG_INVALID', [...problems.values()].flat().join('; '));
  const withTls = values.securityProtocol.endsWith('SSL');
  const withSasl = values.securityProtocol.startsWith('SASL_');
  return {
    bootstrap: bootstrapAddresses(values.bootstrapServers),
    clientId: values.clientId,
    tls: withTls ? tlsOptions(values) : undefined,
    sasl: withSasl ? saslCredentials(values) : undefined,
    requestTimeoutMs: values.requestTimeoutMs,
    connectionSetupTimeoutMs: values.connectionSetupTimeoutMs,
    connectionsMaxIdleMs: values.connectionsMaxIdleMs,
    retryBackOff: { baseMs: values.retryBackoffMs, maxMs: Math.max(values.retryBackoffMs, values.retryBackoffMaxMs) },
    metadataMaxAgeMs: values.metadataMaxAgeMs,
  };
}
