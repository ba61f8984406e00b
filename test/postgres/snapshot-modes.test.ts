import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { servers } from '../support/servers.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('snapshot.mode of PostgreSQL', () => {
  let database: TestDatabase;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    offsets = new OffsetStore();
    drivers = [];
    await database.sql('CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1), (2)');
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    await database.drop();
  });

  function task(mode: string, more: Record<string, string> = {}, task = 0): TaskDriver {
    const [config] = postgresConnector.taskConfigs(database.config({ 'snapshot.mode': mode, ...more }), 1);
    const driver = new TaskDriver({ config: config ?? {}, offsets, task, incarnation: String(drivers.length + 1) });
    drivers.push(driver);
    return driver;
  }

  function rows(driver: TaskDriver): [string, string | null | undefined][] {
    return driver.committedSeen.map(({ op, before, after }) => [op, (after ?? before)?.['id']]);
  }

  /** A first life of the connector that has read both rows and streamed a third. */
  async function firstLife(mode: string, more: Record<string, string> = {}): Promise<void> {
    const driver = await task(mode, more).start();
    await database.sql('INSERT INTO a VALUES (3)');
    await until(() => rows(driver).at(-1)?.[1] === '3', 'the change has come');
    await until(() => driver.offset?.['snapshot'] === undefined, 'its offset is stored');
    await driver.stop();
  }

  const slots = (): Promise<string> =>
    database.value('SELECT count(*) FROM pg_replication_slots WHERE database = current_database()');
  const drop = (): Promise<unknown> => database.sql(`SELECT pg_drop_replication_slot('${database.name}')`);
  const active = `SELECT count(*) FROM pg_replication_slots WHERE database = current_database() AND active`;
  /** The server notices the end of a session a moment later. */
  const dropSlot = async (): Promise<void> => {
    await until(async () => (await database.value(active)) === '0', 'the slot is free');
    await drop();
  };

  describe('always', () => {
    it('reads the rows at each start and then goes on with the changes since the offset', async () => {
      await firstLife('always');
      await database.sql('INSERT INTO a VALUES (4); DELETE FROM a WHERE id = 1');
      const driver = await task('always').start();
      await until(() => rows(driver).some(([op]) => op === 'd'), 'the changes have come');
      assert.deepEqual(rows(driver), [
        ['r', '2'],
        ['r', '3'],
        ['r', '4'],
        ['c', '4'],
        ['d', '1'],
      ]);
    });

    it('tells of a row that was deleted since the offset although a reading that was interrupted went on by a snapshot without it', async () => {
      await database.sql(`CREATE TABLE b (id int PRIMARY KEY, name text);
        INSERT INTO b SELECT n, repeat('x', 500) FROM generate_series(1, 10000) n`);
      const chunks = { 'millrace.snapshot.chunk.bytes': '1000000' };
      await firstLife('always', chunks);
      const interrupted = task('always', chunks);
      holdRoom(interrupted, () => interrupted.committed.length, 1000);
      void interrupted.run();
      await until(
        () => interrupted.committed.length >= 1000 && interrupted.waiting > 0,
        'a later chunk is in its middle',
      );
      await interrupted.stop();
      await database.sql('DELETE FROM b WHERE id = 10000; INSERT INTO a VALUES (4)');
      const driver = await task('always', chunks).start();
      await until(() => rows(driver).some(([op, id]) => op === 'c' && id === '4'), 'the changes have come');
      assert.deepEqual(
        rows(driver).filter(([, id]) => id === '10000'),
        [['d', '10000']],
      );
    });

    it('does not read again because a connection was lost', async () => {
      const driver = await task('always').start();
      await until(() => rows(driver).length === 2, 'the rows have come');
      await database.sql(
        'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = current_database()',
      );
      await driver.waitForLog('connection lost; connecting again');
      await database.sql('INSERT INTO a VALUES (3)');
      await until(() => rows(driver).length > 2, 'the change has come');
      assert.deepEqual(rows(driver).slice(2), [['c', '3']]);
    });
  });

  describe('initial_only', () => {
    it('reads the rows, makes neither slot nor publication, and ends by itself', async () => {
      const driver = task('initial_only');
      await driver.run();
      assert.deepEqual(rows(driver), [
        ['r', '1'],
        ['r', '2'],
      ]);
      assert.equal(driver.finishedWith, 'the snapshot is complete: 2 rows of 1 tables');
      assert.equal(driver.isStarted, true);
      assert.equal(driver.offset?.['snapshot_completed'], true);
      assert.equal(await slots(), '0');
      assert.equal(await database.value('SELECT count(*) FROM pg_publication'), '0');
      assert.deepEqual(offsets.partitions, [{ server: database.name }], 'nothing of the run is left');
    });

    it('does nothing when it is started again, until its offset is forgotten', async () => {
      await task('initial_only').run();
      const again = task('initial_only');
      await again.run();
      assert.match(again.finishedWith ?? '', /nothing is to be read/);
      assert.deepEqual(rows(again), []);
      offsets.set({ server: database.name }, null);
      const anew = task('initial_only');
      await anew.run();
      assert.equal(rows(anew).length, 2);
    });

    it('goes on where it was interrupted', async () => {
      await database.sql(`CREATE TABLE b (id int PRIMARY KEY, name text);
        INSERT INTO b SELECT n, repeat('x', 500) FROM generate_series(1, 10000) n`);
      const chunks = { 'millrace.snapshot.chunk.bytes': '1000000' };
      const driver = task('initial_only', chunks);
      const keep = driver.onBatch;
      const room = Promise.withResolvers<undefined>();
      driver.onBatch = (batch) => {
        keep(batch);
        if (driver.committed.length > 1000) driver.room = room.promise.then(() => undefined);
      };
      void driver.run();
      await until(() => driver.committed.length > 1000 && driver.waiting > 0, 'a later chunk is in its middle');
      const first = driver.committed.length;
      await driver.stop();
      const again = task('initial_only', chunks);
      await again.run();
      assert.equal(first + again.committed.length, 10_002);
      assert.ok(again.committed.length < 10_000);
    });

    it('is shared, and the first task says when all is read', async () => {
      await database.sql(`CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1);
        CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1)`);
      const config = database.config({ 'snapshot.mode': 'initial_only', 'tasks.max': '2' });
      const two = postgresConnector.taskConfigs(config, 2).map((config, number) => {
        const driver = new TaskDriver({ config, offsets, task: number });
        drivers.push(driver);
        return driver;
      });
      const [first, helper] = two;
      void helper?.run();
      await first?.run();
      assert.match(first?.finishedWith ?? '', /^the snapshot is complete: 4 rows/);
      await until(() => two.reduce((sum, { committed }) => sum + committed.length, 0) === 4, 'all rows have come');
      assert.equal(helper?.finishedWith, undefined, 'it rests until its connector is stopped');
    });

    it('is no offset to stream from: what has happened since is missing, and that is said', async () => {
      await task('initial_only').run();
      await assert.rejects(task('initial').run(), { code: 'POSTGRES_SLOT_MISSING' });
    });
  });

  describe('initial_only on a server without logical decoding', () => {
    let server: PostgresServer;
    let plain: TestDatabase;

    before(async () => {
      server = await servers().startPostgres({ as: 'postgres-plain', settings: { wal_level: 'replica' } });
      plain = await TestDatabase.create(server.address);
    });

    after(async () => {
      await plain.drop();
      await servers().stack.stop('postgres-plain');
    });

    it('reads all the same, as a user who may not replicate', async () => {
      await plain.sql(`CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (7);
        CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT SELECT ON a TO reader`);
      const config = plain.config({
        'snapshot.mode': 'initial_only',
        'database.user': 'reader',
        'database.password': 'reader',
      });
      assert.deepEqual(await postgresConnector.validate(config, AbortSignal.timeout(30_000)), []);
      const driver = new TaskDriver({ config });
      drivers.push(driver);
      await driver.run();
      assert.deepEqual(rows(driver), [['r', '7']]);
      await plain.sql('DROP OWNED BY reader; DROP ROLE reader');
    });
  });

  describe('when_needed', () => {
    it('reads once while the server has what follows the offset', async () => {
      await firstLife('when_needed');
      await database.sql('INSERT INTO a VALUES (4)');
      const driver = await task('when_needed').start();
      await until(() => rows(driver).length === 1, 'the change has come');
      assert.deepEqual(rows(driver), [['c', '4']]);
    });

    it('reads all anew, with a new slot, when the slot is gone', async () => {
      await firstLife('when_needed');
      await dropSlot();
      await database.sql('INSERT INTO a VALUES (4)');
      const driver = await task('when_needed').start();
      await database.sql('INSERT INTO a VALUES (5)');
      await until(() => rows(driver).length === 5, 'rows and change have come');
      assert.deepEqual(rows(driver), [
        ['r', '1'],
        ['r', '2'],
        ['r', '3'],
        ['r', '4'],
        ['c', '5'],
      ]);
      assert.ok(driver.logged.some(({ message }) => message.startsWith('reading everything anew')));
    });

    it('reads all anew when the slot was dropped in the middle of a snapshot', async () => {
      const driver = task('when_needed');
      const keep = driver.onBatch;
      driver.onBatch = (batch) => {
        keep(batch);
        if (driver.logged.some(({ message }) => message === 'snapshot begins'))
          driver.room ??= Promise.withResolvers<undefined>().promise.then(() => undefined);
      };
      void driver.run();
      await until(() => driver.room !== undefined, 'it is in its middle');
      await driver.stop();
      assert.equal(driver.offset?.['millrace.state'], 'snapshot');
      await dropSlot();
      const again = await task('when_needed').start();
      assert.deepEqual(rows(again), [
        ['r', '1'],
        ['r', '2'],
      ]);
    });

    it('reads all anew when somebody has moved the slot past the offset', async () => {
      await firstLife('when_needed');
      await database.sql('INSERT INTO a VALUES (4)');
      await until(async () => (await database.value(active)) === '0', 'the slot is free');
      await database.sql(`SELECT pg_replication_slot_advance('${database.name}', pg_current_wal_lsn())`);
      const driver = await task('when_needed').start();
      await until(() => rows(driver).length === 4, 'the rows have come');
      assert.deepEqual(rows(driver).at(-1), ['r', '4']);
    });

    it('reads all anew, without failing, when the slot is dropped while it streams', async () => {
      const driver = await task('when_needed').start();
      const cut = `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${database.name}'`;
      const isDropped = async (): Promise<boolean> => {
        await database.sql(cut);
        return drop().then(
          () => true,
          () => false,
        );
      };
      await until(isDropped, 'the slot is dropped before it is used again');
      await until(() => rows(driver).length === 4, 'the rows have come again');
      assert.deepEqual(rows(driver).slice(2), [
        ['r', '1'],
        ['r', '2'],
      ]);
    });
  });

  describe('initial', () => {
    it('fails when the slot is gone, and makes no other one silently', async () => {
      await firstLife('initial');
      await dropSlot();
      await assert.rejects(task('initial').run(), { code: 'POSTGRES_SLOT_MISSING' });
      assert.equal(await slots(), '0');
    });
  });

  describe('configuration_based', () => {
    const flags = (data: boolean, stream: boolean): Record<string, string> => ({
      'snapshot.mode.configuration.based.snapshot.data': String(data),
      'snapshot.mode.configuration.based.start.stream': String(stream),
    });

    it('reads and streams', async () => {
      await firstLife('configuration_based', flags(true, true));
      const driver = await task('configuration_based', flags(true, true)).start();
      assert.equal(rows(driver).filter(([op]) => op === 'r').length, 3, 'as Debezium, at each start');
    });

    it('streams alone', async () => {
      const driver = await task('configuration_based', flags(false, true)).start();
      await database.sql('INSERT INTO a VALUES (3)');
      await until(() => rows(driver).length === 1, 'the change has come');
      assert.deepEqual(rows(driver), [['c', '3']]);
    });

    it('reads alone', async () => {
      const driver = task('configuration_based', flags(true, false));
      await driver.run();
      assert.equal(rows(driver).length, 2);
      assert.match(driver.finishedWith ?? '', /complete/);
    });

    it('does nothing, and says so', async () => {
      const driver = task('configuration_based', flags(false, false));
      await driver.run();
      assert.match(driver.finishedWith ?? '', /nothing is to be read/);
    });

    it('reads anew what is gone where it is to', async () => {
      const heals = { ...flags(true, true), 'snapshot.mode.configuration.based.snapshot.on.data.error': 'true' };
      await firstLife('configuration_based', heals);
      await dropSlot();
      const driver = await task('configuration_based', heals).start();
      assert.equal(rows(driver).length, 3);
    });
  });
});
