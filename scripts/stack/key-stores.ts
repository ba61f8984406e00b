import { join } from 'node:path';
import { openssl, runTool, type Authority, type Certificate } from './certificates.ts';

/** The password of every store. */
export const STORE_PASSWORD = 'store-secret';

/** The same authority and client in every form in which a client may be given them. */
export interface KeyStores {
  /** PKCS#12 with the authority as Java's keytool writes it. */
  readonly truststorePkcs12: string;
  /** PKCS#12 with the client's key and certificate. */
  readonly keystorePkcs12: string;
  /** Java's own old format. */
  readonly truststoreJks: string;
  /** The client's key as PKCS#8 PEM, encrypted with the password. */
  readonly encryptedKeyPem: string;
  readonly password: string;
}

export async function createKeyStores(authority: Authority, client: Certificate): Promise<KeyStores> {
  const file = (name: string): string => join(authority.folder, name);
  const stores: KeyStores = {
    truststorePkcs12: file('truststore.p12'),
    keystorePkcs12: file('keystore.p12'),
    truststoreJks: file('truststore.jks'),
    encryptedKeyPem: file('client-encrypted.key'),
    password: STORE_PASSWORD,
  };
  const password = `pass:${STORE_PASSWORD}`;
  const identity = ['-in', client.certificateFile, '-inkey', client.keyFile, '-certfile', authority.certificateFile];
  await Promise.all([
    trust(authority, 'PKCS12', stores.truststorePkcs12),
    trust(authority, 'JKS', stores.truststoreJks),
    openssl(['pkcs12', '-export', ...identity, '-name', 'client', '-out', stores.keystorePkcs12, '-passout', password]),
    openssl(['pkcs8', '-topk8', '-in', client.keyFile, '-out', stores.encryptedKeyPem, '-passout', password]),
  ]);
  return stores;
}

async function trust(authority: Authority, type: 'PKCS12' | 'JKS', store: string): Promise<void> {
  const target = ['-keystore', store, '-storetype', type, '-storepass', STORE_PASSWORD];
  const source = ['-alias', 'authority', '-file', authority.certificateFile];
  await runTool('keytool', ['-importcert', '-noprompt', ...source, ...target], 'openjdk-17-jre-headless');
}
