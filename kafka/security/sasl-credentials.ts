import { ConnectorError } from '../../errors/connector-error.ts';
import type { ClientSettings } from '../client-settings.ts';
import { parseJaasConfig } from './jaas-config.ts';

const moduleOf = {
  PLAIN: 'PlainLoginModule',
  'SCRAM-SHA-256': 'ScramLoginModule',
  'SCRAM-SHA-512': 'ScramLoginModule',
} as const;

type Mechanism = keyof typeof moduleOf;

export interface SaslCredentials {
  readonly mechanism: Mechanism;
  readonly username: string;
  /** A function, so that printing the object does not show it. */
  readonly password: () => string;
}

/** User name and password out of sasl.jaas.config. Throws CONFIG_INVALID, or NOT_SUPPORTED for other mechanisms. */
export function saslCredentials(
  settings: Pick<ClientSettings, 'saslMechanism' | 'saslJaasConfig' | 'securityProtocol'>,
): SaslCredentials {
  const mechanism = settings.saslMechanism;
  if (!isSupported(mechanism))
    throw new ConnectorError(
      'NOT_SUPPORTED',
      `sasl.mechanism ${mechanism} is not supported (it is GSSAPI when not set); use one of ${Object.keys(moduleOf).join(', ')}`,
    );
  if (settings.saslJaasConfig === null)
    throw invalid(`security.protocol ${settings.securityProtocol} needs sasl.jaas.config`);
  const { className, options } = parseJaasConfig(settings.saslJaasConfig);
  // The end of the name only: some distributions carry the classes under another package.
  if (!className.endsWith(`.${moduleOf[mechanism]}`))
    throw invalid(
      `sasl.jaas.config names ${className}, but sasl.mechanism ${mechanism} needs a ${moduleOf[mechanism]}`,
    );
  const username = options.get('username');
  const password = options.get('password');
  if (username === undefined || password === undefined)
    throw invalid(`sasl.jaas.config lacks ${username === undefined ? 'username' : 'password'}`);
  return { mechanism, username, password: () => password };
}

function isSupported(mechanism: string): mechanism is Mechanism {
  return Object.hasOwn(moduleOf, mechanism);
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', message);
}
