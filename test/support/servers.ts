import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';
import type { PostgresOptions, PostgresServer } from '../../scripts/stack/postgres-server.ts';
import type { PostgresVersion } from '../../scripts/stack/postgres-binaries.ts';
import { OLDER_POSTGRES } from '../../scripts/stack/postgres-packages.ts';
import { Stack } from '../../scripts/stack/stack.ts';

/**
 * The servers that all integration tests of a run share: Kafka and PostgreSQL from the start, the others from their first
 * use. A test that stops, fills or reconfigures a server starts one of its own: `servers().stack.start(kind, { as: … })`.
 */
export class SharedServers {
  readonly stack: Stack;
  readonly kafka: KafkaBroker;
  readonly postgres: PostgresServer;
  readonly kafka3 = once(() => this.stack.start('kafka3'));
  readonly kafka27 = once(() => this.stack.start('kafka27'));
  readonly kafkaSasl = once(() => this.stack.start('kafka-sasl'));
  /** Kafka Connect with Debezium, on the shared Kafka. */
  readonly connect = once(() => this.stack.start('connect', { bootstrap: this.kafka.bootstrap }));
  /** PostgreSQL with TLS; see `tls` of it. */
  readonly postgresTls = once(() => this.startPostgres({ as: 'postgres-tls', ssl: true }));

  constructor(stack: Stack, kafka: KafkaBroker, postgres: PostgresServer) {
    this.stack = stack;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  /** A further PostgreSQL, of the version of this run. */
  startPostgres(options: PostgresOptions & { readonly as: string }): Promise<PostgresServer> {
    return startPostgres(this.stack, options);
  }
}

// mocha gives its global hooks no way to hand an object to the tests but the module they share.
let shared: SharedServers | undefined;

/**
 * For hooks and tests only: the bodies of test files and of `describe` run before mochaGlobalSetup, when there are no
 * servers yet.
 */
export function servers(): SharedServers {
  if (shared === undefined)
    throw new Error('servers() was called outside of a hook or test, before the servers are up');
  return shared;
}

export async function mochaGlobalSetup(): Promise<void> {
  const stack = await Stack.open({ name: 'test', log: (line) => void process.stderr.write(`stack: ${line}\n`) });
  try {
    const [kafka, postgres] = await Promise.all([stack.start('kafka'), startPostgres(stack)]);
    shared = new SharedServers(stack, kafka, postgres);
  } catch (error) {
    await stack.close(); // mocha runs no global teardown after a failed setup
    throw error;
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  await shared?.stack.close();
  shared = undefined;
}

/** Of PostgreSQL in this run: 18, or what MILLRACE_TEST_POSTGRES names. */
export function postgresVersion(): PostgresVersion {
  const named = process.env['MILLRACE_TEST_POSTGRES'] ?? '';
  if (named === '' || named === '18') return 18;
  const version = OLDER_POSTGRES.find((known) => String(known) === named);
  if (version === undefined) throw new Error(`MILLRACE_TEST_POSTGRES is '${named}', not one of 11 to 18`);
  return version;
}

function startPostgres(stack: Stack, options: PostgresOptions & { as?: string } = {}): Promise<PostgresServer> {
  const version = postgresVersion();
  return stack.start(version === 18 ? 'postgres' : `postgres${version}`, options);
}

function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}
