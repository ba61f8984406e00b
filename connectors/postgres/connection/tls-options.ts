import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TlsAttempt } from './secure-socket.ts';

/** `database.sslmode` and its files. */
export interface TlsSettings {
  readonly hostname: string;
  readonly sslMode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly sslCertificate: string | null;
  readonly sslKey: string | null;
  readonly sslPassword: string | null;
  readonly sslRootCertificate: string | null;
}

const PLAIN: TlsAttempt = { use: 'never', options: {} };

/** What libpq tries for each sslmode, in order (PostgreSQL 18 manual, 32.19). Throws CONFIG_INVALID for unreadable files. */
export async function tlsAttempts(settings: TlsSettings): Promise<readonly TlsAttempt[]> {
  if (settings.sslMode === 'disable') return [PLAIN];
  const options = await tlsOptions(settings);
  const insist: TlsAttempt = { use: 'insist', options };
  if (settings.sslMode === 'allow') return [PLAIN, insist];
  return settings.sslMode === 'prefer' ? [{ use: 'offer', options }, PLAIN] : [insist];
}

async function tlsOptions(settings: TlsSettings): Promise<ConnectionOptions> {
  const { sslMode, hostname } = settings;
  // As libpq: require checks the authority, too, once somebody has named one.
  const checked = sslMode.startsWith('verify-') || (sslMode === 'require' && settings.sslRootCertificate !== null);
  return {
    rejectUnauthorized: checked,
    ...(sslMode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...(settings.sslRootCertificate === null
      ? {}
      : { ca: await file('database.sslrootcert', settings.sslRootCertificate) }),
    ...(settings.sslCertificate === null ? {} : { cert: await file('database.sslcert', settings.sslCertificate) }),
    ...(settings.sslKey === null ? {} : await keyOptions(settings.sslKey, settings.sslPassword)),
  };
}

async function keyOptions(path: string, password: string | null): Promise<ConnectionOptions> {
  const content = await file('database.sslkey', path);
  const passphrase = password === null ? {} : { passphrase: password };
  if (/\.(?:p12|pfx)$/i.test(path)) return { pfx: content, ...passphrase };
  try {
    const encoding = content.includes('-----BEGIN')
      ? { format: 'pem' as const }
      : { format: 'der' as const, type: 'pkcs8' as const };
    const key = createPrivateKey({ key: content, ...encoding, ...passphrase });
    return { key: key.export({ format: 'pem', type: 'pkcs8' }) };
  } catch (cause) {
    const hint =
      password === null ? 'if it is encrypted, give database.sslpassword' : 'database.sslpassword may be wrong';
    throw new ConnectorError('CONFIG_INVALID', `database.sslkey: ${path} is no readable private key; ${hint}`, {
      cause,
    });
  }
}

async function file(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectorError('CONFIG_INVALID', `${setting}: the worker cannot read this file: ${reason}`, { cause });
  }
}
