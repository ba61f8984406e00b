import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './stack-error.ts';

const VALID_DAYS = '3650';

/** A certificate authority for tests; all files are PEM. */
export interface Authority {
  readonly folder: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** A certificate with its key; all files are PEM, the key PKCS#8 without password. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Key and certificate in one file, as Kafka's PEM stores want them. */
  readonly bundleFile: string;
}

export async function createAuthority(folder: string, name: string): Promise<Authority> {
  const authority = { folder, certificateFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  const subject = ['-subj', `/CN=${name}`];
  const output = ['-keyout', authority.keyFile, '-out', authority.certificateFile];
  await openssl(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', VALID_DAYS, ...subject, ...output]);
  return authority;
}

export interface Request {
  /** Common name, and the stem of the files. */
  readonly name: string;
  /** Host names and addresses of a server; none for a client. */
  readonly hosts?: readonly string[];
}

/** A certificate of the authority, in the authority's folder. */
export async function issue(authority: Authority, { name, hosts = [] }: Request): Promise<Certificate> {
  const stem = join(authority.folder, name);
  const keyFile = `${stem}.key`;
  const certificateFile = `${stem}.crt`;
  const alternatives = hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`).join(',');
  await writeFile(
    `${stem}.ext`,
    alternatives === '' ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${alternatives}\n`,
  );
  await openssl([
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    keyFile,
    '-out',
    `${stem}.csr`,
  ]);
  // An own serial number instead of openssl's file with the next one, which two requests at once would fight for.
  const serial = ['-set_serial', String(randomBytes(6).readUIntBE(0, 6))];
  const signer = ['-CA', authority.certificateFile, '-CAkey', authority.keyFile, ...serial, '-days', VALID_DAYS];
  await openssl(['x509', '-req', '-in', `${stem}.csr`, ...signer, '-extfile', `${stem}.ext`, '-out', certificateFile]);
  const bundleFile = `${stem}.pem`;
  const parts = await Promise.all([keyFile, certificateFile].map((file) => readFile(file, 'utf8')));
  await writeFile(bundleFile, parts.join(''), { mode: 0o600 });
  return { certificateFile, keyFile, bundleFile };
}

/** Runs openssl and returns nothing: the results are files. */
export async function openssl(args: readonly string[]): Promise<void> {
  await runTool('openssl', args, 'openssl');
}

/** Runs a tool that makes certificate files; its absence is reported with the package that holds it. */
export async function runTool(tool: string, args: readonly string[], aptPackage: string): Promise<void> {
  try {
    await promisify(execFile)(tool, args);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const text = cause instanceof Error ? cause.message : String(cause);
    const advice = `${tool} is not there; install it, for instance with: apt-get install ${aptPackage}`;
    throw new StackError(missing ? advice : `${tool} failed: ${text}`, { cause });
  }
}
