import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import type { PostgresTls } from '../../scripts/stack/postgres-server.ts';
import { servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('TLS to PostgreSQL', () => {
  let database: TestDatabase;
  let tls: PostgresTls;

  before(async () => {
    const server = await servers().postgresTls();
    assert.ok(server.tls !== undefined);
    tls = server.tls;
    database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
  });

  after(() => database.drop());

  /** Streams one row and says whether the replication session is encrypted. */
  async function encrypted(more: Record<string, string>): Promise<boolean> {
    const driver = await new TaskDriver({ config: database.config(more) }).start();
    try {
      await until(async () => (await database.value('SELECT count(*) FROM pg_stat_replication')) === '1', 'it streams');
      const ssl = await database.value('SELECT bool_and(ssl) FROM pg_stat_replication JOIN pg_stat_ssl USING (pid)');
      await database.sql('INSERT INTO item SELECT coalesce(max(id), 0) + 1 FROM item');
      await driver.waitForChanges(1);
      return ssl === 'true';
    } finally {
      await driver.stop();
    }
  }

  async function problem(more: Record<string, string>): Promise<string> {
    const [found] = await postgresConnector.validate(database.config(more), AbortSignal.timeout(30_000));
    return `${found?.setting ?? ''}: ${found?.message ?? ''}`;
  }

  it('is used when the server has it, unless disabled', async () => {
    assert.equal(await encrypted({ 'database.sslmode': 'prefer' }), true);
    assert.equal(await encrypted({ 'database.sslmode': 'disable' }), false);
    assert.equal(await encrypted({ 'database.sslmode': 'require' }), true);
    assert.equal(await encrypted({ 'database.sslmode': 'allow' }), false);
  });

  it('checks authority and host name when told to', async () => {
    const trusted = { 'database.sslrootcert': tls.authority.certificateFile };
    assert.equal(await encrypted({ 'database.sslmode': 'verify-ca', ...trusted }), true);
    assert.equal(await encrypted({ 'database.sslmode': 'verify-full', ...trusted }), true);
    assert.match(await problem({ 'database.sslmode': 'verify-ca' }), /^database.sslmode: .*certificate/);
    const byOtherName = { 'database.sslmode': 'verify-full', 'database.hostname': '127.0.0.2', ...trusted };
    assert.match(await problem(byOtherName), /^database.(sslmode|hostname): /);
  });

  it('logs in by a client certificate', async () => {
    await database.sql(`GRANT CREATE ON DATABASE ${database.name} TO certified`);
    await database.sql(`ALTER ROLE certified SUPERUSER`);
    assert.equal(
      await encrypted({
        'database.user': 'certified',
        'database.password': '',
        'database.sslmode': 'verify-full',
        'database.sslrootcert': tls.authority.certificateFile,
        'database.sslcert': tls.client.certificateFile,
        'database.sslkey': tls.client.keyFile,
      }),
      true,
    );
  });

  it('names a certificate file that cannot be read', async () => {
    assert.match(
      await problem({ 'database.sslrootcert': '/no/such/file' }),
      /database.sslrootcert: the worker cannot read this file/,
    );
  });

  it('says so when the server has none', async () => {
    const plain = await TestDatabase.create(servers().postgres.address);
    const [found] = await postgresConnector.validate(
      plain.config({ 'database.sslmode': 'require' }),
      AbortSignal.timeout(30_000),
    );
    assert.match(found?.message ?? '', /the server does not offer TLS/);
    assert.equal(found?.setting, 'database.sslmode');
    const driver = await new TaskDriver({ config: plain.config({ 'database.sslmode': 'prefer' }) }).start();
    await driver.stop();
    await plain.drop();
  });
});
