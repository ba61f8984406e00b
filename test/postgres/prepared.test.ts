import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { EncodedChanges } from './support/encoded-changes.ts';
import { openSpoolFiles } from './support/spool-watch.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

/** PostgreSQL 14 sends nothing of them before COMMIT PREPARED, whatever the setting (docs/postgres.md). */
const itKept = postgresVersion() < 15 ? it.skip : it;

describe('prepared transactions of PostgreSQL', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let database: TestDatabase;
  let folder: string;
  const drivers: TaskDriver[] = [];

  before(async () => {
    server = await servers().startPostgres({
      as: 'postgres-prepared',
      settings: {
        max_prepared_transactions: '20',
        ...(postgresVersion() >= 13 && { logical_decoding_work_mem: '64kB' }),
      },
    });
  });

  after(() => servers().stack.stop('postgres-prepared'));

  beforeEach(async () => {
    database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    folder = await mkdtemp(join(tmpdir(), 'spool-test-'));
  });

  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.stop();
    for (const { gid } of await database.sql('SELECT gid FROM pg_prepared_xacts WHERE database = current_database()'))
      await database.sql(`ROLLBACK PREPARED '${String(gid)}'`);
    await database.drop();
    await rm(folder, { recursive: true });
    assert.equal(await openSpoolFiles(), 0, 'no file is left open');
  });

  const twoPhase = (more: Record<string, string> = {}): Record<string, string> =>
    database.config({ 'millrace.two.phase': 'true', 'millrace.spool.folder': folder, ...more });

  async function start(options: ConstructorParameters<typeof TaskDriver>[0]): Promise<TaskDriver> {
    const driver = new TaskDriver(options);
    drivers.push(driver);
    return driver.start();
  }

  const prepare = (gid: string, statement: string): Promise<unknown> =>
    database.sql(`BEGIN; ${statement}; PREPARE TRANSACTION '${gid}'`);
  const rows = (from: number, to: number): string =>
    `INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(${from}, ${to}) n`;
  const ids = (driver: TaskDriver): string[] => driver.seen.map(({ after }) => after?.['id'] ?? '');
  const spoolFiles = (count: number): Promise<void> =>
    until(async () => (await openSpoolFiles()) === count, `${count} transactions are kept`);

  it('come at COMMIT PREPARED as ordinary ones with the setting off', async () => {
    const driver = await start({ config: database.config() });
    await prepare('off', rows(1, 3));
    await database.sql(`INSERT INTO item VALUES (10, 'between')`);
    await driver.waitForChanges(1);
    await database.sql(`COMMIT PREPARED 'off'`);
    await driver.waitForChanges(4);
    assert.deepEqual(ids(driver), ['10', '1', '2', '3']);
    assert.equal(await openSpoolFiles(), 0);
  });

  for (const [name, streaming] of [
    ['small', 'false'],
    ['large, sent while they run', 'true'],
  ] as const)
    itKept(
      `${name}: give the same records, places and numbers at COMMIT PREPARED, and none at ROLLBACK PREPARED`,
      async () => {
        const early = await start({ config: twoPhase({ 'millrace.stream.in.progress': streaming }) });
        const late = await start({
          config: { ...database.config({ 'slot.name': `${database.name}_late` }), 'topic.prefix': 'late' },
        });
        const size = streaming === 'true' ? 3000 : 10;
        await prepare(
          'kept',
          `${rows(1, size)}; SAVEPOINT s; ${rows(100_001, 102_000)}; ROLLBACK TO s; DELETE FROM item WHERE id = 1`,
        );
        await prepare('dropped', rows(200_001, 200_000 + size));
        await database.sql(`INSERT INTO item VALUES (300001, 'between')`);
        await early.waitForChanges(1);
        await spoolFiles(2);
        assert.deepEqual(ids(early), ['300001']);
        await database.sql(`ROLLBACK PREPARED 'dropped'`);
        await database.sql("BEGIN; SELECT * FROM item FOR UPDATE; PREPARE TRANSACTION 'empty'");
        await database.sql(`COMMIT PREPARED 'empty'`);
        await database.sql(`INSERT INTO item VALUES (300002, 'between')`);
        await database.sql(`COMMIT PREPARED 'kept'`);
        await database.sql(`INSERT INTO item VALUES (300003, 'last')`);
        const whole = 2 + size + 1 + 1;
        await late.waitForChanges(whole);
        await early.waitForChanges(whole);
        const encoder = new EncodedChanges();
        assert.deepEqual(encoder.texts(early.changes), encoder.texts(late.changes));
        assert.equal(early.changes.length, whole);
        await spoolFiles(0);
      },
    );

  itKept('survive a restart between PREPARE and COMMIT PREPARED, while others have been delivered', async () => {
    const offsets = new OffsetStore();
    const config = twoPhase();
    let driver = await start({ config, offsets });
    await prepare('one', rows(1, 500));
    await prepare('two', rows(501, 600));
    await prepare('three', rows(601, 700));
    await spoolFiles(3);
    const delivered: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      await database.sql(`INSERT INTO item VALUES (${1001 + n}, 'ordinary')`);
      await driver.waitForChanges(1);
      const lsn = await database.value('SELECT pg_current_wal_lsn()');
      const stored = `SELECT '0/0'::pg_lsn + $1::numeric >= $2::pg_lsn`;
      await until(
        async () => (await database.value(stored, [String(driver.offset?.['lsn_commit'] ?? 0), lsn])) === 'true',
        'the offset has passed the PREPAREs',
      );
      await database.heardTwice();
      delivered.push(...ids(driver));
      await driver.stop();
      driver = await start({ config, offsets, incarnation: String(n + 2) });
      await spoolFiles(3 - n);
      await database.sql(
        n === 0 ? `COMMIT PREPARED 'two'` : n === 1 ? `ROLLBACK PREPARED 'three'` : `COMMIT PREPARED 'one'`,
      );
      if (n === 0) {
        await driver.waitForChanges(100);
        delivered.push(...ids(driver));
        await until(() => driver.waiting === 0, 'it is stored');
        await driver.stop();
        driver = await start({ config, offsets, incarnation: 'x' });
      }
    }
    await driver.waitForChanges(500);
    delivered.push(...ids(driver));
    const expected = ['1001', ...count(501, 600), '1002', '1003', ...count(1, 500)];
    assert.deepEqual(delivered, expected);
    const lsn = await database.value('SELECT pg_current_wal_lsn()');
    await database.sql(`INSERT INTO item VALUES (2000, 'last')`);
    await until(() => database.hasConfirmed(lsn), 'the slot moves once nothing is prepared any more');
  });

  itKept('are delivered once when a task ends while their changes are handed over', async () => {
    const offsets = new OffsetStore();
    const config = twoPhase();
    const first = await start({ config, offsets });
    await until(() => first.waiting === 0 && first.batches > 0, 'the first offset is stored');
    await prepare('big', rows(1, 20_000));
    await spoolFiles(1);
    first.setAcknowledging(false);
    await database.sql(`COMMIT PREPARED 'big'`);
    await first.waitForChanges(20_000);
    first.acknowledge(Math.floor(first.waiting / 2));
    const ordinal = Number(first.offset?.['millrace.ordinal']);
    assert.ok(ordinal > 0 && ordinal < 20_000);
    await database.heardTwice();
    await first.stop();
    const second = await start({ config: twoPhase({ 'millrace.two.phase': 'false' }), offsets, incarnation: '2' });
    await second.waitForChanges(20_000 - ordinal);
    assert.deepEqual([...ids(first).slice(0, ordinal), ...ids(second)], count(1, 20_000));
  });

  it('come whole when they were prepared before the setting was switched on', async () => {
    const offsets = new OffsetStore();
    const plain = await start({ config: database.config(), offsets });
    await prepare('before', rows(1, 5));
    await database.sql(`INSERT INTO item VALUES (10, 'ordinary')`);
    await plain.waitForChanges(1);
    const lsn = await database.value('SELECT pg_current_wal_lsn()');
    await until(() => database.hasConfirmed(lsn), 'the slot has passed the PREPARE', 40_000);
    await plain.stop();
    const driver = await start({ config: twoPhase(), offsets, incarnation: '2' });
    await database.sql(`COMMIT PREPARED 'before'`);
    await prepare('after', rows(20, 22));
    await database.sql(`COMMIT PREPARED 'after'`);
    await driver.waitForChanges(8);
    assert.deepEqual(ids(driver), [...count(1, 5), ...count(20, 22)]);
  });

  itKept('fail the task, and lose nothing, when they need more room than they have', async () => {
    const offsets = new OffsetStore();
    const driver = await start({ config: twoPhase({ 'millrace.spool.max.bytes': '1048576' }), offsets });
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    await prepare('huge', `INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 5000) n`);
    await assert.rejects(driver.ended, { code: 'POSTGRES_SPOOL_UNUSABLE', message: /millrace\.spool\.max\.bytes/ });
    const second = await start({ config: twoPhase(), offsets, incarnation: '2' });
    await spoolFiles(1);
    await database.sql(`COMMIT PREPARED 'huge'`);
    await second.waitForChanges(5000);
    assert.deepEqual(ids(second), count(1, 5000));
  });
});

function count(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}
