import assert from 'node:assert/strict';
import { Struct, type Value } from '../../connectors/connect-data.ts';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const on = { 'millrace.schema.phase': 'on' };
const TOLD = ['topic a', 'topic empty', 'CREATE "public"."a": id', 'CREATE "public"."empty": n'];

describe('the schema phase of PostgreSQL', () => {
  let database: TestDatabase;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    offsets = new OffsetStore();
    drivers = [];
    await database.sql(
      'CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); CREATE TABLE empty (n int DEFAULT 7)',
    );
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    await database.drop();
  });

  function task(more: Record<string, string> = on): TaskDriver {
    const [config] = postgresConnector.taskConfigs(database.config({ 'snapshot.mode': 'initial', ...more }), 1);
    const driver = new TaskDriver({ config: config ?? {}, offsets, incarnation: String(drivers.length + 1) });
    drivers.push(driver);
    return driver;
  }

  const member = (value: Value | undefined, name: string): Value | undefined =>
    value instanceof Struct ? value.get(name) : undefined;
  const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

  /** Events in their order: rows by their table, topics, and definitions. */
  function told({ events }: TaskDriver): string[] {
    return events.flatMap((event) => {
      if (event.kind === 'row') return [`${event.op} ${event.table.table}`];
      if (event.kind === 'table') return [`topic ${event.table}`];
      if (event.kind !== 'record') return [];
      const { topic, value } = event.record;
      assert.equal(topic, `${database.name}.schema-changes`);
      const changes = member(value, 'tableChanges');
      const [change] = Array.isArray(changes) ? changes : [];
      const columns = member(member(change, 'table'), 'columns');
      const names = Array.isArray(columns) ? columns.map((column) => text(member(column, 'name'))) : [];
      return [`${text(member(change, 'type'))} ${text(member(change, 'id'))}: ${names.join()}`];
    });
  }

  it('comes before the rows of a snapshot, of tables without rows, too, and not again at the next start', async () => {
    const first = await task().start();
    assert.deepEqual(told(first), [...TOLD, 'r a']);
    assert.deepEqual(first.progress?.schema, { tables: 2, topics: 2, definitions: 2 });
    await database.sql('INSERT INTO a VALUES (2)');
    await until(() => told(first).at(-1) === 'c a' && first.waiting === 0, 'the change has come');
    await first.stop();
    const second = await task().start();
    await database.sql('INSERT INTO a VALUES (3)');
    await until(() => told(second).length > 0, 'the next change has come');
    assert.deepEqual(told(second), ['c a']);
  });

  it('is committed with the plan of the snapshot: an interruption before repeats it, one behind does not', async () => {
    await database.sql(`CREATE TABLE z (id int PRIMARY KEY, name text);
      INSERT INTO z SELECT n, repeat('x', 500) FROM generate_series(1, 10000) n`);
    const held = task();
    let isPlanned = false;
    held.onBatch = ({ events, continues }) => {
      if (events.some(({ kind }) => kind === 'record')) held.setAcknowledging(false);
      else if (held.waiting > 0) isPlanned ||= continues !== true;
    };
    void held.run();
    await until(() => isPlanned, 'they are handed over, with the plan');
    await held.stop();
    const interrupted = task({ ...on, 'millrace.snapshot.chunk.bytes': '1000000' });
    holdRoom(interrupted, () => interrupted.committed.length, 1000);
    void interrupted.run();
    await until(() => interrupted.committed.length >= 1000 && interrupted.waiting > 0, 'a part of the rows has come');
    assert.deepEqual(told(interrupted).slice(3, 6), [...TOLD.slice(2), 'CREATE "public"."z": id,name']);
    await interrupted.stop();
    const last = await task({ ...on, 'millrace.snapshot.chunk.bytes': '1000000' }).start();
    assert.deepEqual([...new Set(told(last))], ['r z']);
  });

  it('comes whole with the next connection when one is lost in its middle', async () => {
    const columns = Array.from({ length: 1500 }, (_, number) => `c${number} int`).join();
    for (const name of ['b', 'c', 'd', 'e']) await database.sql(`CREATE TABLE ${name} (${columns})`);
    const driver = task();
    const keep = driver.onBatch;
    const ends: (string | undefined)[] = [];
    let cut: Promise<unknown> | undefined;
    driver.onBatch = (batch) => {
      keep(batch);
      ends.push(batch.transaction);
      if (cut !== undefined || !batch.events.some(({ kind }) => kind === 'record')) return;
      // Until the connections are gone there is no room for more.
      cut = database.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'millrace/%'`);
      driver.room = cut.then(() => (driver.room = undefined));
    };
    await driver.start();
    const definitions = ['a', 'b', 'c', 'd', 'e', 'empty'].map((name) => `CREATE "public"."${name}"`);
    const names = told(driver).flatMap((entry) => (entry.startsWith('topic') ? [] : [entry.replace(/:.*/, '')]));
    assert.deepEqual(names.slice(0, -1), [...definitions.slice(0, names.length - 1 - 6), ...definitions]);
    assert.ok(names.length > 7, 'some of them came before the connection was lost');
    assert.equal(names.at(-1), 'r a');
    assert.equal(ends.filter((end) => end === 'abort').length, 1, 'and were dropped');
  });

  it('comes before the first change where no rows are read', async () => {
    const driver = await task({ ...on, 'snapshot.mode': 'no_data' }).start();
    await database.sql('INSERT INTO a VALUES (2)');
    await until(() => told(driver).at(-1) === 'c a', 'the change has come');
    assert.deepEqual(told(driver), [...TOLD, 'c a']);
    await driver.stop();
    const second = await task({ ...on, 'snapshot.mode': 'no_data' }).start();
    await database.sql('INSERT INTO a VALUES (3)');
    await until(() => told(second).length > 0, 'the next change has come');
    assert.deepEqual(told(second), ['c a']);
  });

  it('comes again where everything is read again', async () => {
    const always = { ...on, 'snapshot.mode': 'always' };
    const first = await task(always).start();
    await first.stop();
    await database.sql('ALTER TABLE empty ADD more text');
    const second = await task(always).start();
    assert.deepEqual(told(second), [...TOLD.slice(0, 3), 'CREATE "public"."empty": n,more', 'r a']);
  });

  it('is all there is with only: no rows, no slot, no offset; started again it comes again', async () => {
    const first = task({ 'millrace.schema.phase': 'only', 'tasks.max': '3' });
    await first.run();
    assert.deepEqual(told(first), TOLD);
    assert.match(first.finishedWith ?? '', /^the definitions of 2 tables were written/);
    const second = task({ 'millrace.schema.phase': 'only' });
    await second.run();
    assert.deepEqual(told(second), TOLD);
    assert.deepEqual(offsets.partitions, []);
    const slots = 'SELECT count(*) FROM pg_replication_slots WHERE database = current_database()';
    assert.equal(await database.value(slots), '0');
    const only = database.config({ 'millrace.schema.phase': 'only' });
    assert.equal(postgresConnector.taskConfigs(only, 3).length, 1);
  });

  it('is for every role that may connect, where it is all there is', async () => {
    const role = `${database.name}_role`;
    await database.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const user = { 'database.user': role, 'database.password': 'secret' };
    const only = { 'millrace.schema.phase': 'only', ...user };
    assert.deepEqual(await postgresConnector.validate(database.config(only), AbortSignal.timeout(30_000)), []);
    const driver = task(only);
    await driver.run();
    assert.deepEqual(told(driver), TOLD);
    await database.sql(`DROP ROLE ${role}`);
  });

  it('comes for tables that the filters add, before their rows', async () => {
    const added = { ...on, 'publication.autocreate.mode': 'filtered', 'millrace.snapshot.added.tables': 'true' };
    const first = await task({ ...added, 'table.include.list': 'public.empty' }).start();
    await until(() => offsets.partitions.length === 2, 'the filters are known');
    await first.stop();
    const second = await task({ ...added, 'table.include.list': 'public.empty,public.a' }).start();
    await until(() => told(second).includes('r a'), 'the row has come');
    assert.deepEqual(told(second), ['topic a', 'CREATE "public"."a": id', 'r a']);
  });

  // Those before 12 generate no columns.
  const itGenerated = postgresVersion() < 12 ? it.skip : it;
  itGenerated('describes a table of which the key has further columns, a generated one and a default', async () => {
    await database.sql(`CREATE TABLE full_one (id bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL DEFAULT 'x',
      twice int GENERATED ALWAYS AS (2) STORED, PRIMARY KEY (id) INCLUDE (name)); COMMENT ON TABLE full_one IS 'why'`);
    const driver = task({ 'millrace.schema.phase': 'only', 'table.include.list': 'public.full_one' });
    await driver.run();
    const record = driver.events.find((event) => event.kind === 'record')?.record;
    const changes = member(record?.value, 'tableChanges');
    const table = member(Array.isArray(changes) ? changes[0] : undefined, 'table');
    assert.deepEqual([member(table, 'primaryKeyColumnNames'), member(table, 'comment')], [['id'], 'why']);
    const columns = member(table, 'columns');
    const facts = ['name', 'typeExpression', 'optional', 'autoIncremented', 'generated', 'defaultValueExpression'];
    assert.deepEqual(Array.isArray(columns) ? columns.map((column) => facts.map((name) => member(column, name))) : [], [
      ['id', 'bigint', false, true, false, null],
      ['name', 'text', false, false, false, `'x'::text`],
      ['twice', 'integer', true, false, true, '2'],
    ]);
  });

  it('is none by default', async () => {
    const driver = await task({}).start();
    assert.deepEqual(told(driver), ['r a']);
    assert.equal(driver.progress?.schema, null);
  });
});
