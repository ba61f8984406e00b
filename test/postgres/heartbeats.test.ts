import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const often = { 'millrace.heartbeat.write.interval.ms': '100' };

describe('heartbeats written to an idle PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  async function stream(more: Record<string, string>): Promise<void> {
    driver = await new TaskDriver({ config: database.config({ ...often, ...more }) }).start();
  }

  /** Three heartbeats have come back since, in time. */
  async function beats(): Promise<void> {
    for (let beat = 0; beat < 3; beat += 1) {
      const last = driver.progress?.heartbeat?.writtenMs ?? 0;
      await until(() => (driver.progress?.heartbeat?.writtenMs ?? 0) > last, 'a heartbeat comes back');
    }
    assert.ok((driver.progress?.heartbeat?.roundTripMs ?? Infinity) < 5000);
  }

  /** Nothing was handed over but positions, which move the slot. */
  async function movesAlone(): Promise<void> {
    await beats();
    const written = await database.value('SELECT pg_current_wal_lsn()');
    await until(() => database.hasConfirmed(written), 'the slot moves', 20_000);
    assert.deepEqual(driver.events, []);
    assert.equal(driver.progress?.lagMs, 0);
  }

  it('are messages that come back, move the slot and are not delivered', async () => {
    await stream({ 'millrace.heartbeat.write': 'message' });
    await movesAlone();
    await database.sql('INSERT INTO item VALUES (1)');
    assert.equal((await driver.waitForChanges(1))[0]?.after?.['id'], '1');
  });

  for (const mode of ['all_tables', 'filtered'])
    it(`are rows of a table that come back, move the slot and are not delivered (${mode})`, async () => {
      const only = mode === 'filtered' ? { 'table.include.list': 'public.item' } : {};
      await stream({ 'millrace.heartbeat.write': 'table', 'publication.autocreate.mode': mode, ...only });
      await movesAlone();
      const [row] = await database.sql('SELECT * FROM dts_postgres_heartbeat');
      assert.equal(row?.['slot_name'], database.name);
      assert.match(String(row['flushed_lsn']), /^[0-9A-F]+\/[0-9A-F]+$/);
      assert.ok((driver.progress?.lastEventMs ?? 0) > Date.now() - 60_000, 'the last change is a heartbeat');
    });

  it('are delivered like any row where the list of tables names their table', async () => {
    await database.sql(
      'CREATE TABLE dts_postgres_heartbeat (slot_name varchar(64) PRIMARY KEY, revice_time bigint, revice_lsn varchar(64), flushed_lsn varchar(64), update_time timestamptz, dts_service_time bigint)',
    );
    await stream({ 'millrace.heartbeat.write': 'table', 'table.include.list': 'public.dts_postgres_heartbeat' });
    const [first] = await driver.waitForChanges(2);
    assert.equal(first?.table, 'dts_postgres_heartbeat');
  });

  it('that cannot be written are a warning that says what to grant, and changes come all the same', async () => {
    const role = `${database.name}_role`;
    await database.sql(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'secret'; GRANT SELECT ON item TO ${role}`);
    if (postgresVersion() < 15) await database.sql('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await database.sql(`CREATE PUBLICATION ${database.name} FOR TABLE item`);
    const user = { 'database.user': role, 'database.password': 'secret', 'publication.autocreate.mode': 'disabled' };
    await stream({ ...user, 'millrace.heartbeat.write': 'table' });
    await driver.waitForLog('millrace.heartbeat.write: no heartbeat was written');
    await database.sql('INSERT INTO item VALUES (1)');
    await driver.waitForChanges(1);
    await driver.stop();
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
