import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { createAuthority, issue, type Authority, type Certificate } from './certificates.ts';
import { freePort } from './free-port.ts';
import { postgresBinaries, postgresUser, type PostgresVersion } from './postgres-binaries.ts';
import { copyAsStandby } from './postgres-standby.ts';
import { Server, type ServerPlan } from './server.ts';
import type { StackContext } from './stack-context.ts';

const run = promisify(execFile);
const START_TIMEOUT_MS = 60_000;

export interface PostgresOptions {
  /** Lines of postgresql.conf that are added or replace the stack's own. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Offers TLS beside plain connections, with a certificate for the given names (true: 127.0.0.1 and localhost). The user
   * `certified` (LOGIN REPLICATION) is then let in by a client certificate alone.
   */
  readonly ssl?: boolean | { readonly names: readonly string[] };
  /** Follows this server, which runs and is of the same version, as a standby that can be read. From PostgreSQL 15 on. */
  readonly standbyOf?: PostgresServer;
}

/** Files of a server with TLS, PEM. */
export interface PostgresTls {
  readonly authority: Authority;
  /** Client certificate of the user `certified`. */
  readonly client: Certificate;
}

/** Where a PostgreSQL server is reached. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

// Settings that let many slots and connections of tests share one server. fsync off: a crash of the machine may lose data,
// a crash of the server (SIGKILL) does not; a synchronous commit still waits for its place in the log.
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  wal_level: 'logical',
  max_replication_slots: '50',
  max_wal_senders: '50',
  max_connections: '300',
  fsync: 'off',
  log_line_prefix: '%m [%p] %q%a ',
};

const CERTIFIED_USER = 'certified';

const TLS_SETTINGS: Readonly<Record<string, string>> = {
  ssl: 'on',
  ssl_cert_file: 'server.crt',
  ssl_key_file: 'server.key',
  ssl_ca_file: 'ca.crt',
};

/** A running PostgreSQL server. */
export class PostgresServer extends Server implements PostgresAddress {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly user = 'postgres';
  readonly password = 'postgres';
  readonly database = 'postgres';

  /** Undefined without the option `ssl`. */
  readonly tls: PostgresTls | undefined;

  constructor(plan: ServerPlan, port: number, tls: PostgresTls | undefined) {
    super(plan);
    this.port = port;
    this.tls = tls;
  }

  get address(): PostgresAddress {
    return { host: this.host, port: this.port, user: this.user, password: this.password, database: this.database };
  }

  info(): Record<string, unknown> {
    const { pid, dataFolder, logFile, tls } = this;
    const files = tls === undefined ? {} : { tls: { ca: tls.authority.certificateFile, client: tls.client } };
    return { ...this.address, pid, dataFolder, logFile, ...files };
  }
}

export async function startPostgres(
  context: StackContext,
  name: string,
  version: PostgresVersion,
  options: PostgresOptions,
): Promise<PostgresServer> {
  const binaries = await postgresBinaries(version, context.log);
  const user = postgresUser();
  const folder = join(context.folder, name);
  const data = join(folder, 'data');
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const primary = options.standbyOf;
  const standbySettings = primary === undefined ? {} : await copyAsStandby(primary, { name, data });
  if (primary === undefined) await initialise(binaries, folder, data);
  const tls =
    options.ssl === undefined || options.ssl === false ? undefined : await prepareTls(folder, data, options.ssl);
  const tlsSettings = tls === undefined ? {} : TLS_SETTINGS;
  const settings = {
    ...SETTINGS,
    ...tlsSettings,
    ...standbySettings,
    port: String(port),
    unix_socket_directories: folder,
    ...options.settings,
  };
  await appendFile(join(data, 'postgresql.conf'), configurationText(settings));
  const address = { host: '127.0.0.1', port, user: 'postgres', password: 'postgres', database: 'postgres' };
  const server = new PostgresServer(
    {
      name,
      launch: {
        command: join(binaries, 'postgres'),
        args: ['-D', data],
        folder,
        logFile: join(folder, 'server.log'),
        user,
        background: context.background,
        endSignal: 'SIGQUIT',
      },
      dataFolder: data,
      isReady: () => answers(address),
      startTimeoutMs: START_TIMEOUT_MS,
      stopSignal: 'SIGINT',
      hasChildren: true,
      onProcess: (started) => context.record(name, name, started.identity),
    },
    port,
    tls,
  );
  context.adopt(name, server);
  await server.start();
  if (tls !== undefined) await query(address, `CREATE ROLE ${CERTIFIED_USER} LOGIN REPLICATION`);
  return server;
}

/** A cluster with the superuser postgres, whose password is asked for over TCP (scram-sha-256) but not on the socket. */
async function initialise(binaries: string, folder: string, data: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'postgres\n');
  const args = ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync', `--pwfile=${passwordFile}`];
  await run(join(binaries, 'initdb'), [...args, '--auth-local=trust', '--auth-host=scram-sha-256'], {
    cwd: folder,
    ...postgresUser(),
  });
}

function configurationText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}

/** Certificates beside the data; the server's own files go into the data folder, readable by its user alone. */
async function prepareTls(
  folder: string,
  data: string,
  ssl: true | { readonly names: readonly string[] },
): Promise<PostgresTls> {
  const authority = await createAuthority(folder, 'ca');
  const hosts = ssl === true ? ['127.0.0.1', 'localhost'] : ssl.names;
  const [server, client] = await Promise.all([
    issue(authority, { name: 'server', hosts }),
    issue(authority, { name: CERTIFIED_USER }),
  ]);
  const own = postgresUser();
  for (const [from, to] of [
    [server.certificateFile, 'server.crt'],
    [server.keyFile, 'server.key'],
    [authority.certificateFile, 'ca.crt'],
  ] as const) {
    const file = join(data, to);
    await copyFile(from, file);
    await chmod(file, 0o600);
    if (own !== undefined) await chown(file, own.uid, own.gid);
  }
  const access = join(data, 'pg_hba.conf');
  const rules = await readFile(access, 'utf8');
  await writeFile(access, `hostssl all ${CERTIFIED_USER} 127.0.0.1/32 cert\n${rules}`); // the first rule that fits decides
  return { authority, client };
}

async function answers(address: PostgresAddress): Promise<boolean> {
  await query(address, 'SELECT 1');
  return true;
}

async function query(address: PostgresAddress, sql: string): Promise<void> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined); // a server that ends while it starts; the caller watches the process
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}
