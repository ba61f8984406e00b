import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { postgres15Tools, postgresUser } from '../../scripts/stack/postgres-binaries.ts';
import { servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('a PostgreSQL server that is restarted', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  let driver: TaskDriver;

  before(async () => {
    server = await servers().startPostgres({ as: 'postgres-restarted' });
  });

  after(() => servers().stack.stop('postgres-restarted'));

  beforeEach(async () => {
    database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  for (const how of ['in order', 'after a crash'] as const) {
    it(`${how} loses and repeats nothing, and the task goes on by itself`, async () => {
      driver = await new TaskDriver({ config: database.config() }).start();
      await database.sql('INSERT INTO item SELECT generate_series(1, 100)');
      await driver.waitForChanges(100);
      if (how === 'after a crash') await server.kill('SIGKILL');
      await server.restart();
      await database.reconnect();
      await database.sql('INSERT INTO item SELECT generate_series(101, 200)');
      await driver.waitForChanges(200);
      assert.deepEqual(
        driver.seen.map(({ after }) => Number(after?.['id'])),
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
      const written = await database.value('SELECT pg_current_wal_lsn()');
      await database.sql('INSERT INTO item VALUES (201)');
      await until(() => database.hasConfirmed(written), 'the slot moves again');
    });
  }
});

describe('a session to PostgreSQL that is frozen on the other side', () => {
  it('is given up and opened again although the connection looks sound', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
    const driver = await new TaskDriver({ config: database.config() }).start();
    const sender = await database.value('SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1', [
      database.name,
    ]);
    process.kill(Number(sender), 'SIGSTOP');
    await database.sql('INSERT INTO item VALUES (1)');
    await until(
      () => driver.logged.some(({ fields }) => /no word from the server/.test(String(fields['error']))),
      'the silence is noticed',
      60_000,
    );
    process.kill(Number(sender), 'SIGCONT');
    await driver.waitForChanges(1);
    assert.deepEqual(driver.seen[0]?.after, { id: '1' });
    await driver.stop();
    await database.drop();
  });
});

describe('a PostgreSQL server with transaction ids above 2^31', () => {
  let driver: TaskDriver;

  it('gives them as they are, not as negative numbers', async function () {
    const tools = await postgres15Tools().catch(() => undefined);
    if (tools === undefined) {
      if (this.test !== undefined) this.test.title += ' (no pg_resetwal: the package postgresql-15 is not installed)';
      this.skip();
    }
    const server = await servers().stack.start('postgres15', { as: 'postgres-old-xids' });
    // Two steps with everything frozen in between: a jump of more than 2^31 would make all rows lie in the future.
    for (const xid of [1_500_000_000, 3_000_000_000]) await jump(server, tools, xid);
    const database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
    const offsets = new OffsetStore();
    driver = await new TaskDriver({ config: database.config(), offsets }).start();
    await database.sql('INSERT INTO item VALUES (1)');
    await driver.waitForChanges(1);
    const xid = await database.value('SELECT xmin::text FROM item');
    assert.ok(Number(xid) > 2 ** 31);
    assert.equal(driver.changes[0]?.transaction.xid, Number(xid));
    await until(() => driver.offset?.['txId'] !== undefined, 'the offset is stored');
    assert.equal(driver.offset?.['txId'], Number(xid));
    await driver.stop();
    await database.drop();
    await servers().stack.stop('postgres-old-xids');
  });
});

/** Sets the next transaction id of a server and freezes all rows there. */
async function jump(server: PostgresServer, tools: string, xid: number): Promise<void> {
  await server.kill('SIGINT');
  const run = promisify(execFile);
  await run(join(tools, 'pg_resetwal'), ['-f', '-x', String(xid), server.dataFolder], {
    cwd: server.dataFolder,
    ...postgresUser(),
  });
  // The commit log has two bits per transaction and 32 pages of 8 kB per file; the new one must exist.
  const segment = Math.floor(xid / (32 * 8192 * 4))
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  const file = join(server.dataFolder, 'pg_xact', segment);
  await writeFile(file, Buffer.alloc(32 * 8192));
  const owner = postgresUser();
  if (owner !== undefined) await chown(file, owner.uid, owner.gid);
  await server.start();
  for (const name of ['template1', 'postgres']) {
    const client = await TestDatabase.connectTo(server.address, name);
    await client.query('VACUUM FREEZE');
    await client.end();
  }
}
