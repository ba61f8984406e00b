import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('streaming from PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  async function stream(more: Record<string, string> = {}): Promise<TaskDriver> {
    driver = await new TaskDriver({ config: database.config(more) }).start();
    return driver;
  }

  it('delivers inserts, updates and deletes in the order of their transactions', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    await stream();
    await database.sql(`INSERT INTO item VALUES (1, 'one'), (2, NULL)`);
    await database.sql(`UPDATE item SET name = 'two' WHERE id = 2`);
    await database.sql('DELETE FROM item WHERE id = 1');
    assert.deepEqual(await driver.waitForChanges(4), [
      { op: 'c', table: 'item', before: null, after: { id: '1', name: 'one' } },
      { op: 'c', table: 'item', before: null, after: { id: '2', name: null } },
      { op: 'u', table: 'item', before: null, after: { id: '2', name: 'two' } },
      { op: 'd', table: 'item', before: { id: '1', name: null }, after: null },
    ]);
    const [first, second, third] = driver.changes;
    assert.deepEqual([first?.ordinal, second?.ordinal, third?.ordinal], [1, 2, 1]);
    assert.equal(first?.transaction, second?.transaction);
    assert.equal(driver.changes[3]?.partialBefore, true);
    assert.deepEqual(first?.table.key, [0]);
  });

  it('says that a value is unavailable when an unchanged one is stored out of line', async () => {
    await database.sql('CREATE TABLE doc (id int PRIMARY KEY, big text, small text)');
    await database.sql('ALTER TABLE doc ALTER big SET STORAGE EXTERNAL');
    await stream();
    await database.sql(`INSERT INTO doc VALUES (1, repeat('x', 10000), 'a')`);
    await database.sql(`UPDATE doc SET small = 'b'`);
    const [, update] = await driver.waitForChanges(2);
    assert.deepEqual(update?.after, { id: '1', big: undefined, small: 'b' });
  });

  it('takes an unchanged value that is stored out of line from the old row with replica identity full', async () => {
    await database.sql('CREATE TABLE doc (id int PRIMARY KEY, big text, small text)');
    await database.sql('ALTER TABLE doc ALTER big SET STORAGE EXTERNAL, REPLICA IDENTITY FULL');
    await stream();
    await database.sql(`INSERT INTO doc VALUES (1, repeat('x', 10000), 'a')`);
    await database.sql(`UPDATE doc SET small = 'b'`);
    const [, update] = await driver.waitForChanges(2);
    assert.deepEqual(update?.after, { id: '1', big: 'x'.repeat(10_000), small: 'b' });
    assert.deepEqual(update.before, { id: '1', big: 'x'.repeat(10_000), small: 'a' });
    assert.equal(driver.changes[1]?.partialBefore, false);
  });

  it('gives the old key with an update that changes the key', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    await stream();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await database.sql('UPDATE item SET id = 7');
    const [, update] = await driver.waitForChanges(2);
    assert.deepEqual(update, {
      op: 'u',
      table: 'item',
      before: { id: '1', name: null },
      after: { id: '7', name: 'one' },
    });
    assert.equal(driver.changes[1]?.partialBefore, true);
  });

  it('delivers a truncate once per table when it is not skipped', async () => {
    await database.sql('CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE two (id int PRIMARY KEY)');
    await stream({ 'skipped.operations': 'none' });
    await database.sql('INSERT INTO one VALUES (1)');
    await database.sql('TRUNCATE one, two');
    const [, ...truncates] = await driver.waitForChanges(3);
    assert.deepEqual(truncates.map(({ table }) => table).sort(), ['one', 'two']);
    assert.ok(truncates.every(({ op, before, after }) => op === 't' && before === null && after === null));
    assert.deepEqual(
      driver.changes.slice(1).map(({ ordinal }) => ordinal),
      [1, 2],
    );
  });

  it('leaves truncates out by default and does not even ask the server for them', async () => {
    await database.sql('CREATE TABLE one (id int PRIMARY KEY)');
    await stream();
    await database.sql('TRUNCATE one');
    await database.sql('INSERT INTO one VALUES (2)');
    assert.equal((await driver.waitForChanges(1))[0]?.op, 'c');
    assert.equal(await database.value('SELECT pubtruncate FROM pg_publication'), 'false');
  });

  it('captures a table without key, its records without key', async () => {
    await database.sql('CREATE TABLE log (line text, n int); ALTER TABLE log REPLICA IDENTITY FULL');
    await stream();
    await database.sql(`INSERT INTO log VALUES ('a', 1)`);
    await database.sql('UPDATE log SET n = 2');
    await database.sql('DELETE FROM log');
    assert.deepEqual(await driver.waitForChanges(3), [
      { op: 'c', table: 'log', before: null, after: { line: 'a', n: '1' } },
      { op: 'u', table: 'log', before: { line: 'a', n: '1' }, after: { line: 'a', n: '2' } },
      { op: 'd', table: 'log', before: { line: 'a', n: '2' }, after: null },
    ]);
    assert.equal(driver.changes[0]?.table.key, null);
  });

  it('goes on with a table that was dropped and made anew with other columns', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    await stream();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await database.sql('DROP TABLE item; CREATE TABLE item (code text PRIMARY KEY, price numeric(8,2))');
    await database.sql(`INSERT INTO item VALUES ('x', 1.5)`);
    const [, second] = await driver.waitForChanges(2);
    assert.deepEqual(second?.after, { code: 'x', price: '1.50' });
    assert.deepEqual(
      driver.changes[1]?.table.columns.map(({ type }) => type),
      [{ kind: 'text' }, { kind: 'decimal', precision: 8, scale: 2 }],
    );
  });

  it('reads each row by the columns as of its place in the log when columns are added, renamed and dropped', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text, gone int)');
    await stream();
    // In one go, so that the catalog shows the last version while the rows of the first ones are still to be read.
    await database.sql(`
      BEGIN; INSERT INTO item VALUES (1, 'one', 10); COMMIT;
      ALTER TABLE item ADD COLUMN added int NOT NULL DEFAULT 5;
      BEGIN; INSERT INTO item VALUES (2, 'two', 20, 21); COMMIT;
      ALTER TABLE item RENAME COLUMN name TO title;
      BEGIN; INSERT INTO item VALUES (3, 'three', 30, 31); COMMIT;
      ALTER TABLE item DROP COLUMN gone;
      BEGIN; INSERT INTO item VALUES (4, 'four', 41); COMMIT;`);
    assert.deepEqual(
      (await driver.waitForChanges(4)).map(({ after }) => after),
      [
        { id: '1', name: 'one', gone: '10' },
        { id: '2', name: 'two', gone: '20', added: '21' },
        { id: '3', title: 'three', gone: '30', added: '31' },
        { id: '4', title: 'four', added: '41' },
      ],
    );
    const added = driver.changes[3]?.table.columns.find(({ name }) => name === 'added');
    assert.deepEqual([added?.optional, added?.defaultText], [false, '5']);
  });

  it('notices NOT NULL and a default that come later, and keeps the schema object when nothing changes', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    await stream();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await driver.waitForChanges(1);
    await database.sql(`COMMENT ON TABLE item IS 'nothing new'; ALTER TABLE item SET (fillfactor = 90)`);
    await database.sql(`INSERT INTO item VALUES (2, 'two')`);
    await driver.waitForChanges(2);
    await database.sql(`ALTER TABLE item ALTER name SET NOT NULL, ALTER name SET DEFAULT 'x'`);
    await database.sql('INSERT INTO item VALUES (3)');
    await driver.waitForChanges(3);
    const [first, second, third] = driver.changes.map(({ table }) => table);
    assert.equal(first, second);
    assert.deepEqual([first?.columns[1]?.optional, first?.columns[1]?.defaultText], [true, undefined]);
    assert.deepEqual([third?.columns[1]?.optional, third?.columns[1]?.defaultText], [false, 'x']);
  });

  it('captures only what the filters let through, and keeps excluded key columns for the key', async () => {
    await database.sql(
      'CREATE TABLE item (id int PRIMARY KEY, name text, secret text); CREATE TABLE other (id int PRIMARY KEY)',
    );
    await stream({
      'publication.autocreate.mode': 'filtered',
      'table.include.list': 'public\\.item',
      'column.exclude.list': 'public\\.item\\.(id|secret)',
    });
    await database.sql(`INSERT INTO other VALUES (1); INSERT INTO item VALUES (1, 'one', 'hidden')`);
    assert.deepEqual(await driver.waitForChanges(1), [
      { op: 'c', table: 'item', before: null, after: { id: '1', name: 'one' } },
    ]);
    assert.deepEqual(
      driver.changes[0]?.table.columns.map(({ name, keyOnly }) => [name, keyOnly]),
      [
        ['id', true],
        ['name', undefined],
      ],
    );
    assert.equal(await database.value('SELECT tablename FROM pg_publication_tables'), 'item');
  });

  const itViaRoot = postgresVersion() < 13 ? it.skip : it;
  itViaRoot('gives changes of partitions under the name of the partitioned table when asked to', async () => {
    await database.sql(`CREATE TABLE event (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
      CREATE TABLE event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`);
    await stream({ 'publish.via.partition.root': 'true', 'publication.autocreate.mode': 'filtered' });
    await database.sql(`INSERT INTO event VALUES (1, '2025-05-01')`);
    assert.deepEqual(await driver.waitForChanges(1), [
      { op: 'c', table: 'event', before: null, after: { id: '1', day: '2025-05-01' } },
    ]);
  });

  it('adds tables to its filtered publication that match the filters since, and takes none out', async () => {
    await database.sql('CREATE TABLE one (id int PRIMARY KEY); CREATE TABLE extra (id int PRIMARY KEY)');
    await database.sql(`CREATE PUBLICATION ${database.name} FOR TABLE extra`);
    await stream({ 'publication.autocreate.mode': 'filtered', 'table.include.list': 'public.one' });
    await database.sql('INSERT INTO one VALUES (1); INSERT INTO extra VALUES (1)');
    assert.equal((await driver.waitForChanges(1))[0]?.table, 'one');
    const tables = await database.value(
      `SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_publication_tables`,
    );
    assert.equal(tables, 'extra,one');
  });

  it('sends heartbeats with the newest offset and runs the query that goes with them', async () => {
    await database.sql('CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE beat (at timestamptz)');
    await stream({
      'heartbeat.interval.ms': '50',
      'heartbeat.action.query': 'INSERT INTO beat VALUES (now())',
      'table.include.list': 'public.item',
    });
    await until(() => driver.events.filter(({ kind }) => kind === 'heartbeat').length >= 3, 'heartbeats come');
    await until(async () => Number(await database.value('SELECT count(*) FROM beat')) >= 2, 'the query runs');
    assert.notEqual(driver.offset?.['lsn_commit'], undefined);
    assert.equal(driver.changes.length, 0);
  });

  it('drops its slot when it stops if it is told to', async () => {
    await stream({ 'slot.drop.on.stop': 'true' });
    assert.equal(
      await database.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()'),
      '1',
    );
    await driver.stop();
    assert.equal(
      await database.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()'),
      '0',
    );
  });
});
