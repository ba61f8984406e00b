import assert from 'node:assert/strict';
import type { ChangeBatch } from '../../connectors/change-batch.ts';
import { servers } from '../support/servers.ts';
import { blockedCommit } from './support/blocked-commit.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const BIG = 'x'.repeat(10_000);
const MISSED = 'values that were not sent could not be read again; the placeholder stands for them';

describe('values that PostgreSQL does not send, read again', () => {
  let database: TestDatabase;
  let driver: TaskDriver;
  let offsets: OffsetStore;

  beforeEach(async () => {
    offsets = new OffsetStore();
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, version int, big text, other bytea)');
    await database.sql('ALTER TABLE item ALTER big SET STORAGE EXTERNAL, ALTER other SET STORAGE EXTERNAL');
    await database.sql(`INSERT INTO item SELECT n, 1, $1 || n, NULL FROM generate_series(1, 9) n`, [BIG]);
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  async function stream(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const config = database.config({ 'millrace.unavailable.values': 'reread', ...more });
    driver = await new TaskDriver({ config, offsets }).start();
  }

  /** What happens before the task reads the log is later than what it reads there. */
  async function streamOf(statements: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<void> {
    await stream(more);
    await driver.stop();
    for (const statement of statements) await database.sql(statement);
    await stream(more);
  }

  /** Nothing more is read until the returned function is called; what is written meanwhile is read at once then. */
  async function heldBack(): Promise<() => void> {
    const room = Promise.withResolvers<undefined>();
    driver.room = room.promise.then(() => undefined);
    await database.sql('INSERT INTO item VALUES (99, 1)');
    await driver.waitForChanges(1);
    driver.room = undefined;
    return () => room.resolve(undefined);
  }

  const completed = (): unknown[] => driver.changes.map((change) => change.completed);

  it('come from the row of now, in the order of the changes, and say so', async () => {
    await stream();
    await database.sql(`UPDATE item SET other = decode(repeat('ab', 5000), 'hex') WHERE id = 2`);
    for (const id of [1, 2]) await database.sql('UPDATE item SET version = 2 WHERE id = $1', [id]);
    await database.sql('INSERT INTO item VALUES (10, 1, NULL, NULL)');
    const seen = await driver.waitForChanges(4);
    const other = `\\x${'ab'.repeat(5000)}`;
    assert.deepEqual(
      seen.map(({ after }) => after),
      [
        { id: '2', version: '1', big: `${BIG}2`, other },
        { id: '1', version: '2', big: `${BIG}1`, other: null },
        { id: '2', version: '2', big: `${BIG}2`, other },
        { id: '10', version: '1', big: null, other: null },
      ],
    );
    const [big, otherAndBig] = [
      { reread: [2], missing: [] },
      { reread: [2, 3], missing: [] },
    ];
    assert.deepEqual(completed(), [big, big, otherAndBig, undefined]);
  });

  it('of a row that was changed again are its newest ones, and the later change brings them again', async () => {
    await streamOf(['UPDATE item SET version = 2 WHERE id = 1', `UPDATE item SET big = 'new' WHERE id = 1`]);
    const seen = await driver.waitForChanges(2);
    assert.deepEqual(
      seen.map(({ after }) => [after?.['version'], after?.['big']]),
      [
        ['2', 'new'],
        ['2', 'new'],
      ],
    );
    assert.deepEqual(completed(), [{ reread: [2], missing: [] }, undefined]);
  });

  it('of a row under another key are those of the new one', async () => {
    await stream();
    await database.sql('UPDATE item SET id = 20 WHERE id = 1');
    const [update] = await driver.waitForChanges(1);
    assert.deepEqual(update?.after, { id: '20', version: '1', big: `${BIG}1`, other: null });
  });

  it('of a row that is gone stay away, and the change says which', async () => {
    await streamOf(['UPDATE item SET version = 2 WHERE id IN (1, 2)', 'DELETE FROM item WHERE id = 1']);
    const seen = await driver.waitForChanges(3);
    const bigs = new Map(seen.slice(0, 2).map(({ after }) => [after?.['id'], after?.['big']]));
    assert.deepEqual([bigs.get('1'), bigs.get('2')], [undefined, `${BIG}2`]);
    assert.ok(driver.changes.some((change) => change.completed?.missing.includes(2) === true));
  });

  it('of a table that has another form or is gone by now stay away, and the stream goes on', async () => {
    await database.sql('CREATE TABLE gone (id int PRIMARY KEY, n int, big text)');
    await database.sql('ALTER TABLE gone ALTER big SET STORAGE EXTERNAL');
    await database.sql('INSERT INTO gone VALUES (1, 1, $1)', [BIG]);
    await streamOf([
      'UPDATE gone SET n = 2',
      'DROP TABLE gone',
      'UPDATE item SET version = 2 WHERE id = 1',
      'ALTER TABLE item ALTER big TYPE json USING to_json(big)',
      'INSERT INTO item VALUES (11, 1)',
    ]);
    await driver.waitForChanges(3);
    assert.deepEqual(completed(), [{ reread: [], missing: [2] }, { reread: [], missing: [2] }, undefined]);
    assert.ok(driver.logged.some(({ message }) => message === MISSED));
  });

  it('are waited for no longer than millrace.reread.timeout.ms while somebody holds the table', async () => {
    await stream({ 'millrace.reread.timeout.ms': '100' });
    const readOn = await heldBack();
    await database.sql('UPDATE item SET version = 4 WHERE id = 1');
    const holder = await database.session();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE item IN ACCESS EXCLUSIVE MODE');
    readOn();
    await driver.waitForChanges(2);
    assert.deepEqual(completed(), [undefined, { reread: [], missing: [2] }]);
    assert.ok(driver.logged.some(({ message }) => message === MISSED));
    await holder.end();
  });

  it('are handed over in parts when they are many, all of which belong to one position', async () => {
    await database.sql(`INSERT INTO item SELECT n, 1, repeat('y', 3000000) FROM generate_series(101, 110) n`);
    await stream();
    const readOn = await heldBack();
    const batches: ChangeBatch[] = [];
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (batch.events.length > 0) batches.push(batch);
    };
    await database.sql('UPDATE item SET version = 2 WHERE id > 100');
    readOn();
    const seen = await driver.waitForChanges(11);
    assert.ok(seen.slice(1).every(({ after }) => after?.['big']?.length === 3_000_000));
    assert.deepEqual(
      driver.changes.slice(1).map(({ ordinal }) => ordinal),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.ok(batches.some(({ continues }) => continues === true));
    assert.ok(batches.every(({ continues, offsets: moved }) => moved.length === (continues === true ? 0 : 1)));
    assert.ok(batches.every(({ bytes, events }) => bytes >= events.length * 3_000_000 && bytes < 12_000_000));
  });
});

describe('a commit that others do not see yet', () => {
  it('is waited for: a value that was there before it never comes behind a newer one', async () => {
    const server = await servers().startPostgres({ as: 'postgres-reread' });
    const database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, version int, big text, small text)');
    await database.sql('ALTER TABLE item ALTER big SET STORAGE EXTERNAL');
    await database.sql('INSERT INTO item VALUES (7, 1, $1)', [BIG]);
    // One transaction changes the value, and then the row again without it.
    await database.sql(`CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE item SET big = repeat('new', 5000); UPDATE item SET small = 'last'; RETURN NULL; END $$`);
    await database.sql('CREATE TRIGGER follow AFTER UPDATE OF version ON item FOR EACH ROW EXECUTE FUNCTION follow()');
    const config = database.config({ 'millrace.unavailable.values': 'reread', 'millrace.reread.timeout.ms': '60000' });
    const driver = await new TaskDriver({ config }).start();
    const client = await database.session();
    const blocked = await blockedCommit(database, client);
    const asked = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'WITH wanted AS%' AND datname = current_database()`;
    await until(async () => (await database.value(asked)) === '1', 'the row is asked for');
    assert.deepEqual(driver.seen, []);
    await blocked.release();
    const seen = await driver.waitForChanges(3);
    assert.deepEqual(
      seen.map(({ after }) => [after?.['big']?.slice(0, 3), after?.['small']]),
      [
        ['new', null],
        ['new', null],
        ['new', 'last'],
      ],
    );
    await driver.stop();
    await client.end();
    await database.drop();
    await servers().stack.stop('postgres-reread');
  });
});
