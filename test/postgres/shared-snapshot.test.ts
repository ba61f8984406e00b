import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import { servers } from '../support/servers.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver, type DriverOptions } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ROWS = 20_000;

describe('a snapshot of PostgreSQL that tasks share', () => {
  let database: TestDatabase;
  let drivers: TaskDriver[] = [];
  let offsets: OffsetStore;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    offsets = new OffsetStore();
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, name text);
      INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, ${ROWS}) n`);
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    drivers = [];
    await database.drop();
  });

  /** One of `tasks` tasks. */
  const task = (number: number, tasks = 2, more: Partial<DriverOptions> = {}, chunkBytes = '1000000'): TaskDriver => {
    const config = database.config({
      'snapshot.mode': 'initial',
      'tasks.max': String(tasks),
      'millrace.snapshot.chunk.bytes': chunkBytes,
    });
    const own = postgresConnector.taskConfigs(config, tasks)[number];
    const driver = new TaskDriver({ config: own ?? config, offsets, task: number, ...more });
    drivers.push(driver);
    return driver;
  };
  const read = (): (string | null | undefined)[] =>
    drivers.flatMap((driver) => driver.committedSeen.filter(({ op }) => op === 'r').map(({ after }) => after?.['id']));
  /** Every row was read, and none twice. */
  const verify = (): void => {
    const ids = read()
      .map(Number)
      .sort((left, right) => left - right);
    assert.equal(ids.length, ROWS);
    assert.ok(ids.every((id, index) => id === index + 1));
  };
  it('is read by all of them, each row once, and streaming begins when the last one is done', async () => {
    const [first, second] = [task(0), task(1)];
    void second.run();
    void first.run();
    await first.waitForLog('streaming');
    verify();
    assert.ok(second.committed.length > ROWS / 4, `the helper read ${second.committed.length}`);
    await database.sql('INSERT INTO item VALUES (0)');
    await until(() => first.committedSeen.at(-1)?.op === 'c', 'the change has come');
    assert.equal(second.isStarted, true);
    assert.deepEqual(first.committed.filter(({ transaction: { snapshot } }) => snapshot === 'first').length, 1);
  });

  for (const [what, columns, key] of [
    ['two columns', 'n / 100 AS id, (n % 100)::text AS part', '(id, part)'],
    ['text in the order of the database', `md5(n::text) || ' é''' || n AS id`, '(id)'],
    ['uuids', `md5(n::text)::uuid AS id`, '(id)'],
    ['numerics', '(n * 1.5)::numeric AS id', '(id)'],
    ['times', `'2020-01-01 12:00+02'::timestamptz + n * interval '1 minute' AS id`, '(id)'],
    ['bytes, by pages', `int4send(n::int) AS id`, '(id)'],
    ['nothing, by pages', 'n AS id', null],
  ] as const)
    it(`reads every row once of a table with a key of ${what}`, async () => {
      await database.sql(`DROP TABLE item; CREATE TABLE item AS SELECT ${columns}, repeat('x', 300) AS name, n AS number
        FROM generate_series(1, 4000) n ORDER BY random()`);
      if (key !== null) await database.sql(`ALTER TABLE item ADD PRIMARY KEY ${key}`);
      const driver = task(0, 1, {}, '100000');
      void driver.run();
      await driver.waitForLog('snapshot completed');
      const numbers = driver.committedSeen.map(({ after }) => Number(after?.['number'])).sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 4000 }, (_, index) => index + 1),
      );
      const chunks = driver.logged.filter(({ message }) => message === 'read a chunk of the snapshot').length;
      assert.ok(chunks > 5, `${chunks} chunks`);
      // The last pages of a table may hold nothing (PostgreSQL 16 extends by several at once): then no row is marked as the last.
      const marks = new Set(driver.committed.map(({ transaction: { snapshot } }) => snapshot));
      assert.deepEqual(new Set([...marks, 'last']), new Set(['first', 'true', 'last']));
      assert.ok(marks.has('last') || what.endsWith('by pages'));
    });

  it('reads a table again, whole, that was truncated in its middle', async () => {
    const driver = task(0, 1);
    const free = holdRoom(driver, () => driver.committed.length, 1000);
    void driver.run();
    await until(() => driver.committed.length >= 1000 && driver.waiting > 0, 'a chunk is being read');
    const truncated = database.sql(`TRUNCATE item; INSERT INTO item VALUES (7, 'new')`);
    free();
    await truncated;
    await driver.waitForLog('streaming');
    assert.ok(driver.logged.some(({ message }) => message.startsWith('reading tables again')));
    const last = driver.committedSeen.findLast(({ after }) => after?.['id'] === '7');
    assert.deepEqual([last?.op, last?.after], ['r', { id: '7', name: 'new' }]);
  });

  it('leaves nothing behind in the offsets but where streaming goes on', async () => {
    void task(1).run();
    const first = task(0);
    void first.run();
    await first.waitForLog('streaming');
    await until(() => first.waiting === 0, 'all offsets are there');
    assert.deepEqual(offsets.partitions, [{ server: database.name }]);
  });

  it('is planned and forgotten in several transactions when there are very many tables, and leaves nothing behind either', async () => {
    const tables = Array.from({ length: 2500 }, (_, n) => `CREATE TABLE t${n} AS SELECT ${n} AS id`);
    await database.sql(`DROP TABLE item; ${tables.join('; ')}`);
    void task(1).run();
    const first = task(0);
    void first.run();
    await first.waitForLog('streaming');
    await until(() => first.waiting === 0, 'all offsets are there');
    const ids = read()
      .map(Number)
      .sort((left, right) => left - right);
    assert.deepEqual(
      ids,
      tables.map((_, n) => n),
    );
    assert.deepEqual(offsets.partitions, [{ server: database.name }]);
  });

  it('goes on by the same snapshot when the task that began it is replaced while another one lives', async () => {
    const [first, second] = [task(0), task(1)];
    holdRoom(first, () => first.committed.length, 1000);
    const free = holdRoom(second, () => second.committed.length, 1000);
    void second.run();
    void first.run();
    await until(() => first.committed.length >= 1000 && second.committed.length >= 1000, 'both have read');
    await first.stop();
    // Not to be seen by the snapshot, which the other one still holds.
    await database.sql(`UPDATE item SET name = 'new'`);
    const again = task(0, 2, { incarnation: '2' });
    void again.run();
    free();
    await again.waitForLog('snapshot completed');
    verify();
    assert.ok(
      again.logged.every(({ fields }) => fields['epoch'] === undefined),
      'no other snapshot was taken',
    );
    assert.ok(
      drivers.every(({ committedSeen }) =>
        committedSeen.every(({ op, after }) => op !== 'r' || after?.['name'] !== 'new'),
      ),
    );
  });

  it('goes on at the chunk when a helper is replaced, and the others are not disturbed', async () => {
    const [first, second] = [task(0), task(1)];
    holdRoom(second, () => second.committed.length, 1000);
    void second.run();
    void first.run();
    await until(() => second.committed.length >= 1000 && second.waiting > 0, 'the helper is in the middle of a chunk');
    await second.stop();
    void task(1, 2, { incarnation: '2' }).run();
    await first.waitForLog('streaming');
    verify();
    assert.equal(first.logged.filter(({ message }) => message.startsWith('snapshot goes on')).length, 0);
  });

  it('is finished by other tasks than those that began it, also when there are more of them', async () => {
    const [first, second] = [task(0), task(1)];
    for (const driver of [first, second]) holdRoom(driver, () => driver.committed.length, 1000);
    void second.run();
    void first.run();
    await until(() => first.committed.length >= 1000 && second.committed.length >= 1000, 'both have read');
    await first.stop();
    await second.stop();
    const next = [0, 1, 2].map((number) => task(number, 3, { incarnation: '2' }));
    for (const driver of next) void driver.run();
    await next[0]?.waitForLog('streaming');
    verify();
    assert.ok(next.every(({ committed }) => committed.length > 0));
  });

  it('goes on when all who held the snapshot are gone and only a helper has something left to read', async () => {
    const first = task(0);
    void first.run();
    await first.waitForLog('the snapshot waits for chunks that other tasks read');
    await first.stop();
    await database.sql(`UPDATE item SET name = 'new' WHERE id % 2 = 0`);
    const [last, helper] = [task(0, 2, { incarnation: '2' }), task(1, 2, { incarnation: '2' })];
    void helper.run();
    void last.run();
    await last.waitForLog('streaming');
    verify();
    assert.ok(last.logged.some(({ message }) => message.startsWith('the snapshot was lost with the last task')));
  });

  for (const [promise, type, cast, repeats] of [
    ['shows no version of a row twice, and none after a newer one, with keys of integers', 'int', '', false],
    ['does so with keys of texts that are compared by their bytes', 'text COLLATE "C"', '::text', false],
    ['says of each version that comes twice that it may, with keys that do not compare here', 'numeric', '', true],
  ] as const)
    it(`${promise}, when all who held the snapshot are gone`, async () => {
      await database.sql(`ALTER TABLE item ADD version int NOT NULL DEFAULT 1, ALTER id TYPE ${type}`);
      const change = (version: number): Promise<unknown> =>
        database.sql(`UPDATE item SET version = ${version} WHERE id::int % 7 = 1;
        UPDATE item SET id = (id::int + 100000)${cast}, version = ${version} WHERE id::int % 97 = ${version} AND id::int < 100000;
        DELETE FROM item WHERE id::int % 101 = ${version}; INSERT INTO item VALUES ((${-version})${cast}, 'new', ${version})`);
      const [first, second] = [task(0), task(1)];
      for (const driver of [first, second]) holdRoom(driver, () => driver.committed.length, 1000);
      void second.run();
      void first.run();
      await until(() => first.committed.length >= 1000 && second.committed.length >= 1000, 'both have read');
      await change(2);
      await change(3);
      await first.stop();
      await second.stop();
      await change(4);
      const [last, helper] = [task(0, 2, { incarnation: '2' }), task(1, 2, { incarnation: '2' })];
      void helper.run();
      void last.run();
      await last.waitForLog('streaming');
      await change(5);
      await database.sql(`INSERT INTO item VALUES (0, 'the end', 1)`);
      await until(() => last.committedSeen.at(-1)?.after?.['id'] === '0', 'the last change has come');

      // Rows of the snapshot, by whichever task, come before all changes.
      const events = drivers.flatMap((driver) => driver.committedSeen);
      const ordered = [...events.filter(({ op }) => op === 'r'), ...events.filter(({ op }) => op !== 'r')];
      const versions = new Map<string, number>();
      let repeated = 0;
      for (const { op, before, after, mayRepeat } of ordered) {
        const old = before?.['id'] ?? undefined;
        if (typeof old === 'string' && old !== after?.['id']) versions.delete(old);
        if (after === null) continue;
        const id = String(after['id']);
        const version = Number(after['version'] ?? 1);
        const isNew = version > (versions.get(id) ?? 0);
        assert.ok(isNew || mayRepeat === true, `${op} of ${id}: ${version} after ${String(versions.get(id))}`);
        if (!isNew) repeated += 1;
        versions.set(id, version);
      }
      const rows = await database.sql('SELECT id::text, version FROM item');
      assert.deepEqual(
        new Map([...versions].sort()),
        new Map(rows.map(({ id, version }) => [String(id), Number(version)] as const).sort()),
      );
      assert.equal(repeated > 0, repeats);
      assert.equal(
        ordered.some(({ mayRepeat }) => mayRepeat === true),
        repeats,
      );
      await until(() => offsets.partitions.length === 1, 'what was kept of the snapshot is forgotten');
      assert.equal(last.offset?.['millrace.run'], undefined);
    });
});
