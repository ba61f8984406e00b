import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresVersion, servers } from '../support/servers.ts';
import { EncodedChanges } from './support/encoded-changes.ts';
import { openSpoolFiles } from './support/spool-watch.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ABORTED_ROWS = Number(process.env['MILLRACE_TRANSACTION_ROWS'] ?? '300000');

describe('transactions of PostgreSQL that come while they run', function () {
  this.timeout(120_000);
  // Those before 14 send them at their end only.
  before(function () {
    if (postgresVersion() < 14) this.skip();
  });
  let database: TestDatabase;
  let folder: string;
  const drivers: TaskDriver[] = [];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    // The least there is, so that a few hundred changes are a large transaction.
    await database.sql(`ALTER DATABASE ${database.name} SET logical_decoding_work_mem = '64kB'`);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    folder = await mkdtemp(join(tmpdir(), 'spool-test-'));
  });

  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.stop();
    await database.drop();
    assert.deepEqual(await readdir(folder), [], 'nothing has a name in the folder of the spool');
    await rm(folder, { recursive: true });
    assert.equal(await openSpoolFiles(), 0, 'no file is left open');
  });

  const whileTheyRun = (more: Record<string, string> = {}): Record<string, string> =>
    database.config({ 'millrace.stream.in.progress': 'true', 'millrace.spool.folder': folder, ...more });

  async function start(options: ConstructorParameters<typeof TaskDriver>[0]): Promise<TaskDriver> {
    const driver = new TaskDriver(options);
    drivers.push(driver);
    return driver.start();
  }

  const streamed = async (column: 'stream_txns' | 'stream_bytes' = 'stream_txns'): Promise<number> =>
    Number(
      await database.value(`SELECT ${column} FROM pg_stat_replication_slots WHERE slot_name = $1`, [database.name]),
    );

  /** A task with the setting and one without, each with a slot of its own; both are there before the first change. */
  async function earlyAndLate(): Promise<readonly [TaskDriver, TaskDriver]> {
    const early = await start({ config: whileTheyRun() });
    const late = await start({
      config: { ...database.config({ 'slot.name': `${database.name}_late` }), 'topic.prefix': 'late' },
    });
    return [early, late];
  }

  async function assertSame([early, late]: readonly [TaskDriver, TaskDriver], count: number): Promise<void> {
    await until(() => late.changes.length >= count, 'everything has come at the end');
    await until(() => early.changes.length >= count, 'everything has come while it ran');
    const encoder = new EncodedChanges();
    const [got, expected] = [encoder.texts(early.changes), encoder.texts(late.changes)];
    const wrong = got.findIndex((text, index) => text !== expected[index]);
    assert.equal(wrong, -1, `at ${wrong}: ${got[wrong] ?? ''} instead of ${expected[wrong] ?? ''}`);
    assert.deepEqual([got.length, expected.length], [count, count]);
  }

  it('give the same records, places and numbers as at their end: several at once, savepoints rolled back', async () => {
    await database.sql('CREATE TABLE other (id int PRIMARY KEY, v numeric, d text)');
    await database.sql('ALTER TABLE other REPLICA IDENTITY FULL');
    const both = await earlyAndLate();
    const [a, b, c] = await Promise.all([database.session(), database.session(), database.session()]);
    await a.query('BEGIN');
    await b.query('BEGIN');
    await a.query(`INSERT INTO item SELECT n, repeat('a', 60) FROM generate_series(1, 2000) n`);
    await b.query(`INSERT INTO other SELECT n, n / 7.0, repeat('b', 60) FROM generate_series(1, 2000) n`);
    await a.query('SAVEPOINT one');
    await a.query(`UPDATE item SET name = 'undone' WHERE id <= 1000`);
    await a.query('SAVEPOINT two');
    await a.query(`INSERT INTO item SELECT n, repeat('undone', 10) FROM generate_series(3001, 4000) n`);
    await a.query('RELEASE two');
    await c.query(`INSERT INTO item VALUES (900001, 'small, between')`);
    await a.query('ROLLBACK TO one');
    await a.query(`INSERT INTO item SELECT n, repeat('kept', 10) FROM generate_series(3001, 4500) n`);
    // A table that the transaction has not touched before, first within what is rolled back.
    await a.query('SAVEPOINT three');
    await a.query(`INSERT INTO other SELECT n, 1, repeat('undone', 10) FROM generate_series(5001, 6000) n`);
    await a.query('ROLLBACK TO three');
    await a.query(`INSERT INTO other SELECT n, 1, repeat('kept', 10) FROM generate_series(5001, 5500) n`);
    await b.query(`UPDATE other SET v = v + 1 WHERE id <= 800`);
    await a.query('DELETE FROM item WHERE id <= 700');
    await c.query('BEGIN');
    await c.query(`INSERT INTO item SELECT n, repeat('gone', 20) FROM generate_series(10001, 12000) n`);
    await c.query('ROLLBACK');
    await b.query('COMMIT');
    await c.query(`INSERT INTO other VALUES (900002, 1, 'between')`);
    // All of it rolled back, the transaction itself committed.
    await c.query('BEGIN; SAVEPOINT s');
    await c.query(`INSERT INTO item SELECT n, repeat('gone', 20) FROM generate_series(20001, 22000) n`);
    await c.query('ROLLBACK TO s; COMMIT');
    await a.query('COMMIT');
    await c.query(`INSERT INTO item VALUES (900003, 'last')`);
    await Promise.all([a.end(), b.end(), c.end()]);
    await assertSame(both, 2000 + 2000 + 1 + 1500 + 500 + 800 + 700 + 1 + 1);
    assert.ok((await streamed()) >= 3, 'transactions were streamed');
  });

  it('give the same records when tables are altered in them, also where the server can decode that at their end only', async () => {
    const both = await earlyAndLate();
    await database.sql('CREATE TABLE other (id int PRIMARY KEY, d text)');
    const session = await database.session();
    await session.query('BEGIN');
    await session.query(`INSERT INTO other SELECT n, repeat('b', 60) FROM generate_series(1, 2000) n`);
    await session.query('SAVEPOINT altered');
    await session.query(`ALTER TABLE other ADD COLUMN e text DEFAULT 'e'`);
    await session.query(`UPDATE other SET d = d || 'x' WHERE id <= 1000`);
    await session.query('ROLLBACK TO altered');
    await session.query(`UPDATE other SET d = d || 'y' WHERE id <= 800`);
    await session.query('ALTER TABLE other ADD COLUMN f int');
    await session.query('UPDATE other SET f = id, d = NULL WHERE id > 1500');
    await session.query('COMMIT');
    await session.query(`INSERT INTO other VALUES (900001, 'last', 1)`);
    await session.end();
    await assertSame(both, 2000 + 800 + 500 + 1);
  });

  it('keep a value of many megabytes, and read it back whole', async () => {
    const driver = await start({ config: whileTheyRun() });
    await database.sql(`BEGIN; INSERT INTO item VALUES (1, repeat('ab', 4000000));
      INSERT INTO item VALUES (2, 'small'); INSERT INTO item VALUES (3, repeat('c', 3000000)); COMMIT`);
    await driver.waitForChanges(3);
    assert.ok((await streamed()) >= 1);
    assert.deepEqual(
      driver.seen.map(({ after }) => [after?.['name']?.length, after?.['name']?.slice(-2)]),
      [
        [8_000_000, 'ab'],
        [5, 'll'],
        [3_000_000, 'cc'],
      ],
    );
  });

  it(`deliver nothing of ${ABORTED_ROWS.toLocaleString('en')} rows that are rolled back, and keep no file`, async () => {
    const driver = await start({ config: whileTheyRun() });
    const session = await database.session();
    await session.query('BEGIN');
    await session.query(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, ${ABORTED_ROWS}) n`);
    // The server counts what it has sent, which may still be on its way.
    const spooled = (): number => driver.progress?.spool?.bytes ?? 0;
    await until(() => spooled() > ABORTED_ROWS * 50, 'it comes while it runs, and its bytes are told', 60_000);
    assert.equal(await openSpoolFiles(), 1);
    assert.equal(driver.changes.length, 0);
    const { transactions = 0, memoryBytes = Infinity } = driver.progress?.spool ?? {};
    assert.equal(transactions, 1);
    assert.ok(memoryBytes < 16_000_000, `${memoryBytes} bytes of memory`);
    await session.query('ROLLBACK');
    await session.end();
    await database.sql(`INSERT INTO item VALUES (0, 'behind')`);
    await driver.waitForChanges(1);
    assert.deepEqual(
      driver.seen.map(({ after }) => after?.['id']),
      ['0'],
    );
    await until(async () => (await openSpoolFiles()) === 0, 'the file is gone');
    assert.deepEqual([driver.progress?.spool?.transactions, driver.progress?.spool?.bytes], [0, 0]);
  });

  it('are delivered once when tasks end in their middle, before and behind the commit, with the setting switched', async () => {
    const offsets = new OffsetStore();
    const first = await start({ config: whileTheyRun(), offsets });
    await until(() => first.waiting === 0 && first.batches > 0, 'the first offset is stored');
    const session = await database.session();
    await session.query('BEGIN');
    await session.query(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, 10000) n`);
    await until(async () => (await openSpoolFiles()) === 1, 'the transaction is being kept');
    await first.stop();
    assert.equal(await openSpoolFiles(), 0);
    const second = await start({ config: whileTheyRun(), offsets, incarnation: '2', acknowledging: false });
    await session.query(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(10001, 20000) n`);
    await session.query('COMMIT');
    await session.end();
    await second.waitForChanges(20_000);
    const delivered: string[] = [];
    const keep = (driver: TaskDriver): void => {
      const total = driver.offset?.['millrace.ordinal'];
      const ids = driver.seen.map(({ after }) => after?.['id'] ?? '');
      delivered.push(...ids.slice(0, (total === undefined ? 20_000 : Number(total)) - delivered.length));
    };
    second.acknowledge(Math.floor(second.waiting / 3));
    keep(second);
    assert.ok(delivered.length > 0 && delivered.length < 20_000, `${delivered.length} rows in the first part`);
    await second.stop();
    const third = await start({ config: database.config(), offsets, incarnation: '3', acknowledging: false });
    await third.waitForChanges(20_000 - delivered.length);
    third.acknowledge(Math.floor(third.waiting / 2));
    keep(third);
    assert.ok(delivered.length < 20_000);
    await third.stop();
    const fourth = await start({ config: whileTheyRun(), offsets, incarnation: '4' });
    await fourth.waitForChanges(20_000 - delivered.length);
    delivered.push(...fourth.seen.map(({ after }) => after?.['id'] ?? ''));
    assert.equal(delivered.length, 20_000);
    assert.equal(
      delivered.findIndex((id, index) => id !== String(index + 1)),
      -1,
    );
  });

  it('are delivered once when the connection is cut while they are handed over', async () => {
    const driver = await start({ config: whileTheyRun() });
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (driver.changes.length > 1000) driver.room = room.promise.then(() => undefined);
    };
    await database.sql(`INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 50000) n`);
    await until(() => driver.changes.length > 1000, 'it is being handed over');
    const held = driver.changes.length;
    assert.ok(held < 50_000, 'no faster than it is taken');
    await database.sql('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [
      database.name,
    ]);
    driver.onBatch = keep;
    driver.room = undefined;
    room.resolve(undefined);
    await driver.waitForChanges(50_000);
    await database.sql(`INSERT INTO item VALUES (50001, 'last')`);
    await driver.waitForChanges(50_001);
    assert.ok(driver.logged.some(({ message }) => message.startsWith('connection lost')));
    assert.equal(
      driver.seen.findIndex(({ after }, index) => after?.['id'] !== String(index + 1)),
      -1,
    );
  });

  it('come at their end when they need more room than they have, and nothing is lost or repeated', async () => {
    const driver = await start({ config: whileTheyRun({ 'millrace.spool.max.bytes': '1048576' }) });
    const session = await database.session();
    await session.query('BEGIN');
    await session.query(`INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 5000) n`);
    await driver.waitForLog('large transactions come at their end for the next session');
    await session.query('COMMIT');
    await session.end();
    await driver.waitForChanges(5000);
    assert.equal(
      driver.seen.findIndex(({ after }, index) => after?.['id'] !== String(index + 1)),
      -1,
    );
  });

  it('refuse to begin with a folder that cannot be written', async () => {
    const driver = new TaskDriver({ config: whileTheyRun({ 'millrace.spool.folder': '/proc/nowhere' }) });
    drivers.push(driver);
    await assert.rejects(driver.run(), { code: 'POSTGRES_SPOOL_UNUSABLE', message: /millrace\.spool\.folder/ });
  });

  it('let the slot move past them while they run, and keep the session alive while they are handed over slowly', async () => {
    const driver = await start({ config: whileTheyRun() });
    const session = await database.session();
    await session.query('BEGIN');
    await session.query(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, 5000) n`);
    await until(async () => (await openSpoolFiles()) === 1, 'the transaction is being kept');
    await database.sql(`INSERT INTO item VALUES (100001, 'meanwhile')`);
    const lsn = await database.value('SELECT pg_current_wal_lsn()');
    await until(() => database.hasConfirmed(lsn), 'the slot moves although a transaction is in progress');
    const room = Promise.withResolvers<undefined>();
    driver.room = room.promise.then(() => undefined);
    await session.query('COMMIT');
    await session.end();
    await until(() => driver.changes.length > 1, 'it is being handed over');
    await database.heardTwice();
    driver.room = undefined;
    room.resolve(undefined);
    await driver.waitForChanges(5001);
    assert.ok(!driver.logged.some(({ message }) => message.startsWith('connection lost')));
  });
});
