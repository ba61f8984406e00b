import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { PostgresAddress, PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { StackError } from '../../scripts/stack/stack-error.ts';
import { servers } from '../support/servers.ts';

async function query(address: PostgresAddress, sql: string): Promise<unknown[]> {
  const client = new pg.Client(address);
  client.on('error', () => undefined); // the server is killed under it
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('stack: PostgreSQL', () => {
  let server: PostgresServer;

  before(async () => {
    server = await servers().stack.start('postgres', { as: 'postgres-chaos', settings: { log_connections: 'on' } });
  });
  after(() => servers().stack.stop('postgres-chaos'));

  it('has logical decoding switched on and takes settings', async () => {
    assert.deepEqual(await query(server.address, 'SHOW wal_level'), [{ wal_level: 'logical' }]);
    assert.deepEqual(await query(server.address, 'SHOW log_connections'), [{ log_connections: 'on' }]);
  });

  it('refuses a wrong password', async () => {
    await assert.rejects(query({ ...server.address, password: 'wrong' }, 'SELECT 1'), { code: '28P01' });
  });

  it('comes back after SIGKILL on the same port with everything that was committed', async () => {
    await query(server.address, 'CREATE TABLE kept (id int PRIMARY KEY); INSERT INTO kept VALUES (1), (2)');
    const idle = new pg.Client(server.address);
    const cut = new Promise<void>((resolve) => void idle.on('error', () => resolve()));
    await idle.connect();
    const before = server.pid;
    await server.kill('SIGKILL');
    await cut;
    await server.restart();
    assert.notEqual(server.pid, before);
    assert.deepEqual(await query(server.address, 'SELECT count(*)::int AS n FROM kept'), [{ n: 2 }]);
  });

  it('frozen, it leaves its clients without an answer until it is thawed', async () => {
    const client = new pg.Client(server.address);
    await client.connect();
    await server.kill('SIGSTOP');
    const answer = client.query('SELECT 1');
    const first = await Promise.race([
      answer.then(() => 'answer'),
      new Promise((resolve) => setTimeout(resolve, 300, 'silence')),
    ]);
    assert.equal(first, 'silence');
    await server.kill('SIGCONT');
    await answer;
    await client.end();
  });

  it('a server that cannot start says why with the end of its log, and gives its name back', async () => {
    const { stack } = servers();
    const start = stack.start('postgres', { as: 'postgres-broken', settings: { wal_level: 'nonsense' } });
    await assert.rejects(start, (error) => error instanceof StackError && error.message.includes('"wal_level"'));
    await stack.start('postgres', { as: 'postgres-broken' });
    await stack.stop('postgres-broken');
  });

  it('with TLS it lets in who shows a certificate of its authority', async () => {
    const { tls, address } = await servers().postgresTls();
    assert.ok(tls);
    const [ca, cert, key] = await Promise.all(
      [tls.authority.certificateFile, tls.client.certificateFile, tls.client.keyFile].map((file) =>
        readFile(file, 'utf8'),
      ),
    );
    const client = new pg.Client({
      host: address.host,
      port: address.port,
      database: address.database,
      user: 'certified',
      ssl: { ca: ca ?? '', cert: cert ?? '', key: key ?? '' },
    });
    await client.connect();
    const { rows } = await client.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    assert.deepEqual(rows, [{ ssl: true }]);
  });
});
