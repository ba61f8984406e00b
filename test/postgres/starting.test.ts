import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import type { SettingProblem } from '../../connectors/source-connector.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { servers } from '../support/servers.ts';
import { CountingProxy } from './support/counting-proxy.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('what keeps a PostgreSQL connector from starting', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
  });

  afterEach(() => database.drop());

  function validate(more: Record<string, string>): Promise<SettingProblem[]> {
    return postgresConnector.validate(database.config(more), AbortSignal.timeout(30_000));
  }

  /** How a task with these settings ends. */
  async function failure(more: Record<string, string>, offsets = new OffsetStore()): Promise<string> {
    const driver = new TaskDriver({ config: database.config(more), offsets });
    const error = await driver.run().then(
      () => assert.fail('the task did not fail'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error && 'code' in error && 'advice' in error);
    assert.ok(!error.message.includes('postgres:postgres'));
    return `${String(error.code)}: ${error.message}`;
  }

  /** A role of the test's own; roles belong to the server, hence the name. */
  async function role(attributes: string): Promise<Record<string, string>> {
    const name = `${database.name}_role`;
    await database.sql(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${attributes}`);
    return { 'database.user': name, 'database.password': 'secret' };
  }

  async function dropRole(): Promise<void> {
    await database.sql(`DROP OWNED BY ${database.name}_role; DROP ROLE ${database.name}_role`);
  }

  it('is nothing when everything is right, and validation leaves nothing behind', async () => {
    assert.deepEqual(await validate({}), []);
    assert.equal(await database.value('SELECT count(*) FROM pg_publication'), '0');
    assert.equal(
      await database.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()'),
      '0',
    );
  });

  it('is looked for without describing the tables, of which there may be very many', async () => {
    const columns = Array.from({ length: 30 }, (_, n) => `column_${n} int NOT NULL DEFAULT ${n}`).join();
    await database.sql(Array.from({ length: 200 }, (_, n) => `CREATE TABLE many_${n} (${columns})`).join(';'));
    const proxy = await CountingProxy.open();
    proxy.forwardTo(servers().postgres.address.port);
    const through = { 'database.hostname': '127.0.0.1', 'database.port': String(proxy.port) };
    assert.deepEqual(await validate({ ...through, 'publication.autocreate.mode': 'filtered' }), []);
    assert.ok(proxy.answered < 200 * 200, String(proxy.answered));
    await proxy.close();
  });

  it('is a wrong password, and the password is in no message', async () => {
    const wrong = { 'database.password': 'not-this-one' };
    const text = await failure(wrong);
    assert.match(text, /^POSTGRES_LOGIN_REJECTED: PostgreSQL 127.0.0.1:\d+, .*password authentication failed/);
    assert.ok(!text.includes('not-this-one'));
    const [problem] = await validate(wrong);
    assert.equal(problem?.setting, 'database.user');
  });

  it('is a missing password', async () => {
    const config = database.config();
    const [problem] = await validate({ 'database.password': '' });
    assert.match(problem?.message ?? '', /password/);
    delete config['database.password'];
    const [second] = await postgresConnector.validate(config, AbortSignal.timeout(30_000));
    assert.match(second?.message ?? '', /database.password is not set/);
  });

  it('is an unreachable host', async () => {
    const closed = { 'database.port': '1' };
    const [problem] = await validate(closed);
    assert.equal(problem?.setting, 'database.hostname');
    assert.match(problem.message, /127.0.0.1:1, .*ECONNREFUSED/);
    const [unknown] = await validate({ 'database.hostname': 'no-such-host.invalid' });
    assert.match(unknown?.message ?? '', /no-such-host.invalid/);
  });

  it('is an unknown database', async () => {
    const wrong = { 'database.dbname': 'no_such_database' };
    assert.match(await failure(wrong), /^POSTGRES_DATABASE_UNKNOWN: .*"no_such_database" does not exist/);
    assert.equal((await validate(wrong))[0]?.setting, 'database.dbname');
  });

  it('is a role that may not replicate', async () => {
    const user = await role('');
    assert.match(await failure(user), /^POSTGRES_PRIVILEGE_MISSING: .*ALTER ROLE ".*" REPLICATION/);
    assert.match((await validate(user))[0]?.message ?? '', /may not replicate/);
    await dropRole();
  });

  it('is a role that may not create the publication', async () => {
    const user = await role('REPLICATION');
    assert.match(await failure(user), /^POSTGRES_PRIVILEGE_MISSING: .*takes a superuser/);
    assert.match((await validate(user))[0]?.message ?? '', /takes a superuser/);
    const filtered = { ...user, 'publication.autocreate.mode': 'filtered' };
    assert.match(await failure(filtered), /^POSTGRES_PRIVILEGE_MISSING: .*ownership of every table/);
    await dropRole();
  });

  it('is a table that the role may not read in a snapshot', async () => {
    const user = await role('REPLICATION');
    await database.sql(`CREATE PUBLICATION ${database.name} FOR ALL TABLES`);
    assert.match(
      await failure({ ...user, 'snapshot.mode': 'initial' }),
      /^POSTGRES_PRIVILEGE_MISSING: .*public.item .*GRANT SELECT/,
    );
    await dropRole();
  });

  it('is a publication that is missing and may not be created', async () => {
    const disabled = { 'publication.autocreate.mode': 'disabled' };
    assert.match(
      await failure(disabled),
      /^POSTGRES_PUBLICATION_MISSING: publication 'pgtest.*autocreate.mode is disabled/,
    );
    assert.equal((await validate(disabled))[0]?.setting, 'publication.name');
  });

  it('is a filter that matches no table', async () => {
    const nothing = { 'publication.autocreate.mode': 'filtered', 'table.include.list': 'public.itm' };
    assert.match(await failure(nothing), /^POSTGRES_PUBLICATION_UNUSABLE: no table matches the filters/);
    assert.equal((await validate(nothing)).length, 1);
  });

  it('is a publication for all tables that would break the application, unless confirmed', async () => {
    await database.sql('CREATE TABLE keyless (n int)');
    const unconfirmed = { 'millrace.publication.allow.tables.without.identity': 'false' };
    assert.match(
      await failure(unconfirmed),
      /^POSTGRES_PUBLICATION_UNUSABLE: .*public.keyless.*millrace.publication.allow.tables.without.identity=true/,
    );
    assert.equal((await validate(unconfirmed)).length, 1);
    assert.deepEqual(await validate({ ...unconfirmed, 'skipped.operations': 'u,d,t' }), []);
    assert.deepEqual(await validate({}), []);
  });

  it('is a slot that is missing although there is an offset', async () => {
    const offsets = new OffsetStore();
    offsets.set({ server: database.name }, { lsn: 1, lsn_commit: 1, messageType: 'COMMIT' });
    assert.match(await failure({}, offsets), /^POSTGRES_SLOT_MISSING: slot 'pgtest.*although there is an offset/);
    assert.equal(
      await database.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()'),
      '0',
    );
  });

  it('is a slot of another kind or another database', async () => {
    const other = await TestDatabase.create(servers().postgres.address);
    await other.sql(`SELECT pg_create_logical_replication_slot('${other.name}', 'pgoutput')`);
    const taken = { 'slot.name': other.name };
    assert.match(await failure(taken), /^POSTGRES_SLOT_UNUSABLE: .*belongs to the database/);
    assert.equal((await validate(taken))[0]?.setting, 'slot.name');
    await other.drop();
    await database.sql(`SELECT pg_create_physical_replication_slot('${database.name}')`);
    assert.match(await failure({}), /^POSTGRES_SLOT_UNUSABLE: /);
    await database.sql(`SELECT pg_drop_replication_slot('${database.name}')`);
  });

  it('is a snapshot mode that cannot be had here, said by its name', async () => {
    const { snapshotMode } = postgresConnector.settings;
    assert.throws(() => snapshotMode?.parse('custom'), /'custom' names a Java class/);
    assert.equal(snapshotMode?.parse('never'), 'never');
    await assert.rejects(async () => new TaskDriver({ config: database.config({ 'snapshot.mode': 'custom' }) }).run(), {
      code: 'CONFIG_INVALID',
      message: /configuration_based says the same/,
    });
  });

  describe('on a server that is not set up for it', () => {
    let server: PostgresServer;
    let plain: TestDatabase;

    before(async () => {
      server = await servers().startPostgres({ as: 'postgres-replica', settings: { wal_level: 'replica' } });
      plain = await TestDatabase.create(server.address);
    });

    after(async () => {
      await plain.drop();
      await servers().stack.stop('postgres-replica');
    });

    it('is wal_level', async () => {
      const driver = new TaskDriver({ config: plain.config() });
      await assert.rejects(driver.run(), {
        code: 'POSTGRES_WAL_LEVEL',
        message: /wal_level of the server is 'replica'/,
      });
      const [problem] = await postgresConnector.validate(plain.config(), AbortSignal.timeout(30_000));
      assert.match(problem?.message ?? '', /ALTER SYSTEM SET wal_level = 'logical'/);
    });
  });

  it('is an open transaction while its slot is made, and the task is not RUNNING before: a change made after RUNNING always comes', async () => {
    const other = await database.session();
    await other.query('BEGIN; INSERT INTO item VALUES (1)');
    const driver = new TaskDriver({ config: database.config() });
    void driver.run();
    const creating = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE_REPLICATION_SLOT%' AND wait_event = 'transactionid'`;
    await until(async () => (await database.value(creating)) === '1', 'the slot waits for the transaction');
    assert.equal(driver.isStarted, false);
    await other.query('COMMIT');
    await until(() => driver.isStarted, 'the task has started');
    await database.sql('INSERT INTO item VALUES (2)');
    await driver.waitForChanges(1);
    assert.equal(driver.seen[0]?.after?.['id'], '2');
    await driver.stop();
    await other.end();
  });
});
