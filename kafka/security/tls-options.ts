import { createSecureContext, type SecureContext } from 'node:tls';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { ClientSettings } from '../client-settings.ts';
import { clientKey, type KeyStoreSettings } from './key-store.ts';
import { trustedCertificates, type TrustStoreSettings } from './trust-store.ts';

/** What a TLS connection to a broker needs. The context is built once; it shows none of its keys when it is printed. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  /** Present when the name in the certificate does not matter. */
  readonly checkServerIdentity?: () => undefined;
}

type TlsSettings = TrustStoreSettings & KeyStoreSettings & Pick<ClientSettings, 'endpointIdentification'>;

/** Reads the stores of the ssl.* settings. Throws CONFIG_INVALID or NOT_SUPPORTED, naming setting and file. */
export function tlsOptions(settings: TlsSettings): TlsOptions {
  const ca = trustedCertificates(settings);
  const key = clientKey(settings);
  // As in Java, any certificate of the trust store is an anchor, also one that is not self-signed.
  const context = { ...(ca === undefined ? {} : { ca }), ...key, allowPartialTrustChain: true };
  try {
    const secureContext = createSecureContext(context);
    return settings.endpointIdentification === ''
      ? { secureContext, checkServerIdentity: () => undefined }
      : { secureContext };
  } catch (cause) {
    throw new ConnectorError('CONFIG_INVALID', `${keyPlace(settings)} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

function keyPlace({ keystoreLocation: location }: TlsSettings): string {
  return location === null ? 'ssl.keystore.key' : `ssl.keystore.location: ${location}`;
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/mac verify failure|bad decrypt|interrupted or cancelled/.test(text))
    return `ssl.keystore.password or ssl.key.password does not open it (${text})`;
  // OpenSSL 3 leaves out RC2, with which Java up to 8u301 encrypted the certificates of a store.
  if (/unsupported/i.test(text))
    return `${text}; a store written by an old Java is converted with keytool -importkeystore -deststoretype PKCS12`;
  return text;
}
