import assert from 'node:assert/strict';
import { INSTALLATION } from '../../connectors/postgres/ddl/ddl-trigger.ts';
import type { ChangeEvent } from '../../connectors/change-event.ts';
import { Struct, type Value } from '../../connectors/connect-data.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const install = { 'millrace.ddl.capture': 'install' };

// Those before 14 send no messages, and so no DDL.
const itSent = postgresVersion() < 14 ? it.skip : it;

describe('DDL of PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;
  let offsets: OffsetStore;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    offsets = new OffsetStore();
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  async function stream(more: Record<string, string> = install): Promise<void> {
    driver = await new TaskDriver({ config: database.config(more), offsets }).start();
  }

  const member = (value: Value | undefined, name: string): Value | undefined =>
    value instanceof Struct ? value.get(name) : undefined;

  const words = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

  function told(event: ChangeEvent): string[] {
    if (event.kind === 'row')
      return [`${event.op} ${event.table.table}: ${event.table.columns.map(({ name }) => name).join()}`];
    if (event.kind !== 'record') return [];
    const { value, topic } = event.record;
    assert.equal(topic, `${database.name}.schema-changes`);
    const changes = member(value, 'tableChanges');
    const [change] = Array.isArray(changes) ? changes : [];
    const columns = member(member(change, 'table'), 'columns');
    const names = Array.isArray(columns) ? columns.map((column) => words(member(column, 'name'))) : [];
    return [`${words(member(change, 'type'))} ${words(member(change, 'id'))}: ${names.join()}`];
  }

  const all = (): string[] => driver.events.flatMap(told);

  async function has(count: number): Promise<string[]> {
    await until(() => all().length >= count, `${count} events have come`);
    return all();
  }

  const triggers = (): Promise<string> =>
    database.value(`SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'millrace%'`);

  itSent(
    'comes in its place among the changes, of captured tables alone, and not when it was rolled back',
    async () => {
      await stream({ ...install, 'table.exclude.list': 'public.hidden' });
      await database.sql(
        `BEGIN; INSERT INTO item VALUES (1); ALTER TABLE item ADD note text; INSERT INTO item VALUES (2); COMMIT`,
      );
      await database.sql('BEGIN; ALTER TABLE item ADD never int; ROLLBACK');
      await database.sql('CREATE TABLE hidden (n int); CREATE TEMP TABLE passing (n int); CREATE VIEW v AS SELECT 1');
      await database.sql('ALTER TABLE item RENAME name TO title');
      await database.sql('CREATE TABLE fresh (id int PRIMARY KEY)');
      await database.sql('CREATE INDEX by_title ON item (title)');
      await database.sql(`COMMENT ON COLUMN item.title IS 'shown'`);
      await database.sql('DROP TABLE fresh');
      await database.sql('INSERT INTO item VALUES (3)');
      assert.deepEqual(await has(9), [
        'c item: id,name',
        'ALTER "public"."item": id,name,note',
        'c item: id,name,note',
        'ALTER "public"."item": id,title,note',
        'CREATE "public"."fresh": id',
        'ALTER "public"."item": id,title,note',
        'ALTER "public"."item": id,title,note',
        'DROP "public"."fresh": ',
        'c item: id,title,note',
      ]);
      const [, record] = driver.events;
      assert.ok(record?.kind === 'record');
      assert.match(words(member(record.record.value, 'ddl')), /ALTER TABLE item ADD note text/);
    },
  );

  itSent('comes once over a restart, and again where the offset had not been stored', async () => {
    await stream();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    await database.sql('ALTER TABLE item ADD a int');
    await has(1);
    await until(() => driver.waiting === 0, 'it is acknowledged');
    driver.setAcknowledging(false);
    await database.sql('ALTER TABLE item ADD b int');
    await has(2);
    await driver.stop();
    await stream();
    assert.deepEqual(await has(1), ['ALTER "public"."item": id,name,a,b']);
  });

  it('is ignored by default, nothing is installed, and what another connector installed is not delivered', async () => {
    await stream({});
    assert.equal(await triggers(), '0');
    for (const statement of INSTALLATION) await database.sql(statement);
    await database.sql('ALTER TABLE item ADD a int');
    await database.sql('INSERT INTO item VALUES (1)');
    assert.deepEqual(await has(1), ['c item: id,name,a']);
    assert.ok(driver.events.every(({ kind }) => kind === 'row'));
  });

  itSent('is captured by triggers that somebody else installed; a session may go without', async () => {
    for (const statement of INSTALLATION) await database.sql(statement);
    await stream({ 'millrace.ddl.capture': 'existing' });
    await database.sql('SET millrace.skip_ddl = on');
    await database.sql('ALTER TABLE item ADD a int');
    await database.sql('RESET millrace.skip_ddl');
    await database.sql('ALTER TABLE item ADD b int');
    assert.deepEqual(await has(1), ['ALTER "public"."item": id,name,a,b']);
  });

  itSent('says that triggers are missing, and installs them once only and takes them away when told to', async () => {
    await stream({ 'millrace.ddl.capture': 'existing' });
    assert.ok(driver.logged.some(({ level, message }) => level === 'warn' && /triggers are missing/.test(message)));
    await driver.stop();
    const installing = 'installed the event triggers for DDL';
    await stream();
    assert.ok(driver.logged.some(({ message }) => message === installing));
    assert.equal(await triggers(), '2');
    await driver.stop();
    await stream();
    assert.ok(!driver.logged.some(({ message }) => message === installing));
    await driver.stop();
    await stream({ 'millrace.ddl.capture': 'remove' });
    assert.equal(await triggers(), '0');
    assert.equal(await database.value(`SELECT count(*) FROM pg_proc WHERE proname = 'millrace_capture_ddl'`), '0');
  });

  itSent('is not captured by a role that may not create event triggers: the task says so', async () => {
    const role = `${database.name}_role`;
    await database.sql(
      `CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'secret'; GRANT ALL ON SCHEMA public TO ${role}`,
    );
    await database.sql(`CREATE PUBLICATION ${database.name} FOR TABLE item`);
    const user = { 'database.user': role, 'database.password': 'secret', 'publication.autocreate.mode': 'disabled' };
    driver = new TaskDriver({ config: database.config({ ...install, ...user }) });
    await assert.rejects(driver.run(), {
      code: 'POSTGRES_PRIVILEGE_MISSING',
      message: /millrace.ddl.capture=existing/,
    });
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
