import { ConnectorError } from '../../errors/connector-error.ts';
import type { ClientSettings } from '../client-settings.ts';
import { pemBlocks } from './pem-blocks.ts';
import { readStoreFile } from './store-file.ts';

export type KeyStoreSettings = Pick<
  ClientSettings,
  'keystoreType' | 'keystoreLocation' | 'keystorePassword' | 'keystoreKey' | 'keystoreCertificateChain' | 'keyPassword'
>;

/** This client's key and certificate, as Node's secure context takes them. */
export type ClientKey = { readonly passphrase?: string } & (
  { readonly key: string; readonly cert: string } | { readonly pfx: Buffer }
);

/** The key and certificate to show to brokers that ask for one; undefined: none. Throws CONFIG_INVALID. */
export function clientKey(settings: KeyStoreSettings): ClientKey | undefined {
  const { keystoreLocation: location, keystoreKey: key, keystoreCertificateChain: chain } = settings;
  if ((key === null) !== (chain === null))
    throw invalid('ssl.keystore.key and ssl.keystore.certificate.chain are needed together');
  if (location !== null && key !== null) throw invalid('ssl.keystore.location and ssl.keystore.key exclude each other');
  const keyPassword = settings.keyPassword === null ? {} : { passphrase: settings.keyPassword };
  if (key !== null) return { ...pemKey(key, chain ?? '', 'ssl.keystore.key'), ...keyPassword };
  if (location === null) return undefined;
  const store = readStoreFile({ setting: 'ssl.keystore', location, declaredType: settings.keystoreType });
  if (store.format === 'PKCS12') return { pfx: store.content, passphrase: settings.keystorePassword ?? '' };
  const text = store.content.toString('utf8');
  return { ...pemKey(text, text, `ssl.keystore.location: ${location}`), ...keyPassword };
}

function pemKey(keyText: string, chainText: string, where: string): { key: string; cert: string } {
  const key = pemBlocks(keyText).find(({ label }) => label.endsWith('PRIVATE KEY'));
  const chain = pemBlocks(chainText).filter(({ label }) => label === 'CERTIFICATE');
  if (key === undefined) throw invalid(`${where} holds no private key`);
  if (chain.length === 0) throw invalid(`${where}: there is no certificate for the private key`);
  return { key: key.text, cert: chain.map(({ text }) => text).join('') };
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', message);
}
