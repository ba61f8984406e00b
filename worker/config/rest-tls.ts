import { createSecureContext, type SecureContext } from 'node:tls';
import { ConnectorError } from '../../errors/connector-error.ts';
import { clientSettings } from '../../kafka/client-settings.ts';
import { clientKey, type KeyStoreSettings } from '../../kafka/security/key-store.ts';
import { pkcs12KeyPair } from '../../kafka/security/pkcs12-key-pair.ts';
import { trustedCertificates } from '../../kafka/security/trust-store.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import type { SettingValues } from '../../settings/setting.ts';
import { underPrefix } from './client-keys.ts';
import { restSettings } from './rest-settings.ts';

const prefix = 'listeners.https.';

/** The settings of TLS between REST clients, this worker and other workers. */
export const restTlsSettings = {
  truststoreType: clientSettings.truststoreType,
  truststoreLocation: clientSettings.truststoreLocation,
  truststorePassword: clientSettings.truststorePassword,
  truststoreCertificates: clientSettings.truststoreCertificates,
  keystoreType: clientSettings.keystoreType,
  keystoreLocation: clientSettings.keystoreLocation,
  keystorePassword: clientSettings.keystorePassword,
  keystoreKey: clientSettings.keystoreKey,
  keystoreCertificateChain: clientSettings.keystoreCertificateChain,
  keyPassword: clientSettings.keyPassword,
  endpointIdentification: clientSettings.endpointIdentification,
  clientAuth: restSettings.sslClientAuth,
  enabledProtocols: restSettings.sslEnabledProtocols,
};

type TlsValues = SettingValues<typeof restTlsSettings>;

/** The TLS settings under `listeners.https.` when there is any, else the plain ones; never a mixture, as in Connect. */
function effectiveKeys(keys: Readonly<Record<string, string>>) {
  const own = underPrefix(keys, prefix);
  return Object.keys(own).length > 0 ? { keys: own, prefix } : { keys, prefix: '' };
}

/** What is wrong with those settings, by full key, files not looked at. */
export function restTlsProblems(keys: Readonly<Record<string, string>>, needed: boolean): [string, string][] {
  const effective = effectiveKeys(keys);
  const { values, problems } = parseSettings(restTlsSettings, effective.keys);
  const full = (name: string): string => `${effective.prefix}${name}`;
  const found = [...problems].flatMap(([name, texts]) =>
    // Plain keys are checked with the worker's own settings already.
    effective.prefix === '' ? [] : texts.map((text): [string, string] => [full(name), text.replace(name, full(name))]),
  );
  if (needed && values.keystoreLocation === null && values.keystoreKey === null)
    found.push([
      full('ssl.keystore.location'),
      `https listeners need a key and its certificate: set ${full('ssl.keystore.location')}, or ${full('ssl.keystore.key')} and ${full('ssl.keystore.certificate.chain')}`,
    ]);
  return found;
}

interface TlsMaterial {
  readonly ca?: string[];
  readonly key?: string;
  readonly cert?: string;
  readonly passphrase?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** As in Java, any certificate of the trust store is an anchor, also one that is not self-signed. */
  readonly allowPartialTrustChain: true;
}

/** What an https server is opened with. */
export interface ServerTls extends TlsMaterial {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** What a call of another worker over https is made with. */
export interface ClientTls {
  readonly secureContext: SecureContext;
  /** Present when the name in the certificate does not matter. */
  readonly checkServerIdentity?: () => undefined;
}

/**
 * TLS of the REST API: key and trust store of a worker, as a server and as a client of other workers. The files are read at the
 * first use of each role, which throws CONFIG_INVALID or NOT_SUPPORTED, naming setting and file.
 */
export class RestTls {
  readonly #keys: Readonly<Record<string, string>>;
  readonly #prefix: string;
  #server: ServerTls | undefined;
  #client: ClientTls | undefined;

  constructor(keys: Readonly<Record<string, string>>) {
    const effective = effectiveKeys(keys);
    this.#keys = effective.keys;
    this.#prefix = effective.prefix;
  }

  server(): ServerTls {
    this.#server ??= this.#read((values) => {
      const { clientAuth } = values;
      const tls = material(values);
      createSecureContext(tls);
      return { ...tls, requestCert: clientAuth !== 'none', rejectUnauthorized: clientAuth === 'required' };
    });
    return this.#server;
  }

  client(): ClientTls {
    this.#client ??= this.#read((values) => {
      const secureContext = createSecureContext(material(values));
      return values.endpointIdentification === ''
        ? { secureContext, checkServerIdentity: () => undefined }
        : { secureContext };
    });
    return this.#client;
  }

  #read<T>(build: (values: TlsValues) => T): T {
    const { values } = parseSettings(restTlsSettings, this.#keys);
    try {
      return build(values);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const code = error instanceof ConnectorError && error.code === 'NOT_SUPPORTED' ? error.code : 'CONFIG_INVALID';
      const whose = this.#prefix === '' ? '' : ` (settings with the prefix ${this.#prefix})`;
      throw new ConnectorError(code, `TLS of the REST API cannot be set up${whose}: ${text}`, { cause: error });
    }
  }
}

function material(values: TlsValues): TlsMaterial {
  const ca = trustedCertificates(values);
  const has12 = values.enabledProtocols.includes('TLSv1.2');
  const has13 = values.enabledProtocols.includes('TLSv1.3');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...keyPair(values),
    minVersion: has12 ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: has13 ? 'TLSv1.3' : 'TLSv1.2',
    allowPartialTrustChain: true,
  };
}

function keyPair(settings: KeyStoreSettings): Pick<TlsMaterial, 'key' | 'cert' | 'passphrase'> {
  const found = clientKey(settings);
  if (found === undefined || !('pfx' in found)) return found ?? {};
  const where = `ssl.keystore.location: ${settings.keystoreLocation ?? ''}`;
  try {
    return pkcs12KeyPair(found.pfx, found.passphrase ?? '', where);
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorError('CONFIG_INVALID', `${where} cannot be opened with ssl.keystore.password: ${reason}`, {
      cause,
    });
  }
}
