import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chown, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SlotProgress } from '../../connectors/source-progress.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const often = { 'millrace.slot.check.interval.ms': '100' };

describe('guarding the replication slot', () => {
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

  async function stream(more: Record<string, string> = {}): Promise<void> {
    driver = await new TaskDriver({ config: database.config({ ...often, ...more }), offsets }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
  }

  /** Keeps the slot where it is while the log grows by a file. */
  async function retain(): Promise<void> {
    driver.setAcknowledging(false);
    await database.sql(`INSERT INTO item VALUES (1, 'waits')`);
    await driver.waitForChanges(1);
    await database.sql('SELECT pg_switch_wal()');
    await database.sql('INSERT INTO item SELECT generate_series(2, 100)');
  }

  function slot(): SlotProgress {
    const found = driver.progress?.slot;
    assert.ok(found != null, 'the slot was looked at');
    return found;
  }

  // Before 13 the server has no limit for what a slot keeps, and does not tell of one.
  const reserved = postgresVersion() < 13 ? null : 'reserved';

  it('tells what the slot keeps, and other slots of the server', async () => {
    const other = await TestDatabase.create(servers().postgres.address);
    await other.sql(`SELECT pg_create_logical_replication_slot('${other.name}', 'pgoutput')`);
    await stream();
    await until(() => driver.progress?.slot?.others.some(({ name }) => name === other.name) === true, 'it is seen');
    const { name, level, status, timeline, system, others } = slot();
    assert.deepEqual([name, level, status, timeline], [database.name, 'ok', reserved, 1]);
    assert.equal(system, await database.value('SELECT system_identifier FROM pg_control_system()'));
    const seen = others.find((entry) => entry.name === other.name);
    assert.deepEqual([seen?.active, seen?.database, seen?.status], [false, other.name, reserved]);
    await other.drop();
  });

  it('says that Kafka holds the slot back, or an open transaction does', async function () {
    this.timeout(120_000);
    await stream();
    const held = (cause: string): Promise<void> =>
      until(() => driver.progress?.slot?.heldBy?.cause === cause, `${cause} is named`, 60_000);
    await retain();
    await database.sql('SELECT pg_switch_wal()');
    await held('kafka');
    assert.match(slot().heldBy?.reason ?? '', /^Kafka has acknowledged nothing for \d+ s$/);
    const open = await database.session();
    const pid = String((await open.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
    await open.query('BEGIN');
    await open.query(`INSERT INTO item VALUES (2000, 'open')`);
    driver.setAcknowledging(true);
    for (const id of [1001, 1002]) {
      await database.sql('SELECT pg_switch_wal()');
      await database.sql('INSERT INTO item VALUES ($1)', [id]);
    }
    await held('transaction');
    assert.match(slot().heldBy?.reason ?? '', new RegExp(`process ${pid} .*database '${database.name}'`));
    await open.query('ROLLBACK');
    await open.end();
  });

  it('warns beyond a limit of its own, and goes on: nothing else happens by default', async () => {
    await stream({ 'millrace.slot.max.retained.bytes': '1000000' });
    await retain();
    await until(() => driver.progress?.slot?.level === 'alarm', 'there is an alarm');
    const { limitBytes, retainedBytes, warnings } = slot();
    assert.equal(limitBytes, 1_000_000);
    assert.ok((retainedBytes ?? 0) > 1_000_000);
    assert.match(warnings.join(), /more than millrace.slot.max.retained.bytes/);
    // One line for each change of the level: it may have been seen on its way to the alarm.
    const told = driver.logged.filter(({ level, message }) => level === 'warn' && /keeps/.test(message));
    assert.equal(told.at(-1)?.fields['level'], 'alarm');
    assert.equal(new Set(told.map(({ fields }) => fields['level'])).size, told.length);
    driver.setAcknowledging(true);
    await driver.waitForChanges(100);
  });

  it('fails beyond the limit where it is told to, and the slot stays', async () => {
    await stream({ 'millrace.slot.max.retained.bytes': '1000000', 'millrace.slot.limit.action': 'fail' });
    await retain();
    await assert.rejects(driver.ended, { code: 'POSTGRES_SLOT_OVER_LIMIT', message: /the task fails/ });
    assert.notEqual(await database.confirmed(), 'undefined');
  });

  it('drops the slot beyond the limit where it is told to, and never goes on silently after it', async () => {
    const limit = { 'millrace.slot.max.retained.bytes': '1000000', 'millrace.slot.limit.action': 'drop' };
    await stream(limit);
    await retain();
    await assert.rejects(driver.ended, { code: 'POSTGRES_SLOT_OVER_LIMIT', message: /it is dropped/ });
    assert.equal(await database.confirmed(), 'undefined');
    driver = new TaskDriver({ config: database.config(limit), offsets });
    await assert.rejects(driver.run(), { code: 'POSTGRES_SLOT_MISSING' });
  });

  it('drops the slot beyond the limit and reads everything anew where it is told to, once Kafka takes records again', async () => {
    await stream({
      'millrace.slot.max.retained.bytes': '1000000',
      'millrace.slot.limit.action': 'drop',
      'millrace.gap.action': 'read_anew',
    });
    await retain();
    await until(async () => (await database.confirmed()) === 'undefined', 'the slot is dropped');
    await driver.waitForLog('reading everything anew, as snapshot.mode or millrace.gap.action says');
    assert.equal(await database.confirmed(), 'undefined', 'no new one keeps log while Kafka takes nothing');
    driver.setAcknowledging(true);
    await until(() => driver.seen.filter(({ op }) => op === 'r').length === 100, 'all rows come');
    await database.sql(`INSERT INTO item VALUES (101, 'later')`);
    await until(() => driver.seen.at(-1)?.after?.['id'] === '101', 'and changes');
    assert.equal(driver.progress?.readAnew?.times, 1);
  });

  it('fails when a stranger drops the slot under it, and when he makes it anew', async () => {
    const drop = async (): Promise<boolean> => {
      const slots = `FROM pg_replication_slots WHERE slot_name = '${database.name}'`;
      await database.sql(`SELECT pg_terminate_backend(active_pid) ${slots} AND active`);
      return database.sql(`SELECT pg_drop_replication_slot(slot_name) ${slots}`).then(
        () => true,
        () => false,
      );
    };
    await stream();
    await until(drop, 'the slot is dropped');
    await assert.rejects(driver.ended, { code: 'POSTGRES_SLOT_MISSING' });
    await database.sql(`SELECT pg_create_logical_replication_slot('${database.name}', 'pgoutput')`);
    driver = new TaskDriver({ config: database.config(), offsets });
    await assert.rejects(driver.run(), { code: 'POSTGRES_SLOT_AHEAD' });
  });

  it('goes on from the slot of another server where it is told that this one took its place', async () => {
    await stream();
    await driver.stop();
    const stored = offsets.get({ server: database.name });
    offsets.set({ server: database.name }, { ...stored, lsn_commit: 2n ** 60n, 'millrace.system': '42' });
    driver = new TaskDriver({ config: database.config(), offsets });
    await assert.rejects(driver.run(), { code: 'POSTGRES_OTHER_SERVER' });
    await database.sql(`INSERT INTO item VALUES (1, 'meanwhile')`);
    await stream({ 'millrace.other.server.action': 'adopt' });
    assert.equal((await driver.waitForChanges(1))[0]?.after?.['name'], 'meanwhile');
    const system = await database.value('SELECT system_identifier FROM pg_control_system()');
    assert.equal(driver.offset?.['millrace.system'], system);
  });

  it('makes an existing slot one that standbys copy when slot.failover says so', async function () {
    if (postgresVersion() < 17) this.skip();
    const failover = (): Promise<string> =>
      database.value('SELECT failover FROM pg_replication_slots WHERE slot_name = $1', [database.name]);
    await stream();
    assert.equal(await failover(), 'false');
    await driver.stop();
    await stream({ 'slot.failover': 'true' });
    assert.equal(await failover(), 'true');
  });
});

describe('guarding against what happens to a server', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  let driver: TaskDriver;
  let offsets: OffsetStore;
  let copy: string;

  beforeEach(async () => {
    const settings: Record<string, string> = postgresVersion() < 13 ? {} : { max_slot_wal_keep_size: '48MB' };
    server = await servers().startPostgres({ as: 'postgres-guarded', settings });
    copy = join(server.dataFolder, '..', 'copy');
    database = await TestDatabase.create(server.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    offsets = new OffsetStore();
    driver = await new TaskDriver({ config: database.config(often), offsets }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
  });

  afterEach(async () => {
    await driver.stop();
    await servers().stack.stop('postgres-guarded');
  });

  async function again(more: Record<string, string> = {}): Promise<void> {
    driver = await new TaskDriver({ config: database.config({ ...often, ...more }), offsets }).start();
  }

  /** A change that is delivered, its offset stored. */
  async function deliver(id: number): Promise<void> {
    const before = driver.offset?.['lsn_commit'];
    await database.sql('INSERT INTO item VALUES ($1)', [id]);
    await until(
      () => driver.changes.some(({ op }) => op === 'c') && driver.offset?.['lsn_commit'] !== before,
      'it comes',
    );
  }

  /** Starts the server so that it recovers, as a standby does, and is promoted: a new timeline. */
  async function promote(): Promise<void> {
    const signal = join(server.dataFolder, 'standby.signal');
    await writeFile(signal, '');
    const { uid, gid } = await stat(server.dataFolder);
    await chown(signal, uid, gid);
    await server.start();
    await database.reconnect();
    await database.sql('SELECT pg_promote()');
  }

  /** Owners and rights of the files are kept. */
  async function copyFolder(from: string, to: string): Promise<void> {
    await promisify(execFile)('cp', ['-a', from, to]);
  }

  async function restore(): Promise<void> {
    await rm(server.dataFolder, { recursive: true });
    await copyFolder(copy, server.dataFolder);
  }

  const itLimited = postgresVersion() < 13 ? it.skip : it;
  itLimited(
    'warns as the room that the server leaves shrinks, fails once the slot is lost, and fails again when it is started anew',
    async () => {
      driver.setAcknowledging(false);
      await database.sql(`INSERT INTO item VALUES (1, 'waits')`);
      await driver.waitForChanges(1);
      const statuses: (string | null)[] = [];
      while (statuses.at(-1) !== 'unreserved' && statuses.length < 10) {
        await database.sql('INSERT INTO item SELECT max(id) + 1 FROM item');
        await database.sql('SELECT pg_switch_wal()');
        const checked = driver.progress?.slot?.checkedMs ?? 0;
        await until(() => (driver.progress?.slot?.checkedMs ?? 0) > checked + 200, 'the slot was looked at since');
        statuses.push(driver.progress?.slot?.status ?? null);
      }
      assert.equal(driver.progress?.slot?.level, 'alarm', statuses.join());
      await database.sql('CHECKPOINT');
      await assert.rejects(driver.ended, { code: 'POSTGRES_SLOT_LOST' });
      assert.ok(driver.logged.some(({ level, fields }) => level === 'warn' && fields['level'] === 'alarm'));
      driver = new TaskDriver({ config: database.config(), offsets });
      await assert.rejects(driver.run(), { code: 'POSTGRES_SLOT_LOST' });
    },
  );

  describe('whose slot was invalidated', () => {
    before(function () {
      if (postgresVersion() < 13) this.skip();
    });

    const anew = { 'millrace.gap.action': 'read_anew', 'millrace.snapshot.chunk.bytes': '65536' };
    const begins = 'reading everything anew, as snapshot.mode or millrace.gap.action says';

    /** Changes that the connector has not seen, and the server has forgotten. */
    async function invalidate(): Promise<void> {
      await database.sql(`INSERT INTO item SELECT n, repeat('x', 200) FROM generate_series(1, 3000) n; ANALYZE item`);
      for (let files = 0; files < 6; files += 1) {
        await database.sql('SELECT pg_switch_wal()');
        await database.sql('UPDATE item SET name = name WHERE id = 1');
      }
      await database.sql('CHECKPOINT');
      const lost = `SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = $1`;
      assert.equal(await database.value(lost, [database.name]), 'true');
    }

    const task = (): TaskDriver => new TaskDriver({ config: database.config({ ...often, ...anew }), offsets });
    const readIds = (drivers: readonly TaskDriver[]): number[] =>
      drivers
        .flatMap(({ committedSeen }) => committedSeen)
        .filter(({ op }) => op === 'r')
        .map(({ after }) => Number(after?.['id']));
    const all = Array.from({ length: 3000 }, (_, index) => index + 1);

    it('reads everything anew with a new slot where that is wanted, and says so', async () => {
      await driver.stop();
      await invalidate();
      driver = await task().start();
      assert.deepEqual(
        readIds([driver]).toSorted((one, other) => one - other),
        all,
      );
      assert.match(driver.progress?.readAnew?.reason ?? '', /is invalid: /);
      assert.equal(driver.offset?.['millrace.state'], 'stream');
      await database.sql('DELETE FROM item WHERE id = 7');
      await until(() => driver.seen.at(-1)?.op === 'd', 'changes follow');
      await driver.stop();
      driver = await task().start();
      await database.sql('DELETE FROM item WHERE id = 8');
      await driver.waitForChanges(1);
      assert.deepEqual(readIds([driver]), [], 'and not again at the next start');
    });

    it('goes on reading after a kill in the middle', async () => {
      await driver.stop();
      await invalidate();
      const first = task();
      const room = holdRoom(first, () => first.changes.length, 1000);
      void first.run();
      await until(() => first.committed.length >= 1000, 'some of it is read');
      await first.stop();
      room();
      assert.equal(first.offset?.['millrace.state'], 'snapshot');
      driver = await task().start();
      assert.deepEqual(
        readIds([first, driver]).toSorted((one, other) => one - other),
        all,
      );
      assert.ok(!driver.logged.some(({ message }) => message === begins), 'it does not begin again');
    });

    it('makes the slot and reads after a kill before the slot was there', async () => {
      await driver.stop();
      await invalidate();
      const open = await database.session();
      await open.query('BEGIN');
      await open.query('SELECT pg_current_xact_id()');
      const first = task();
      void first.run();
      // A slot waits for the transactions that are open.
      await until(() => first.offset?.['millrace.state'] === 'creating', 'it is about to make the slot');
      await first.stop();
      await open.query('ROLLBACK');
      await open.end();
      driver = await task().start();
      assert.equal(readIds([driver]).length, 3000);
    });
  });

  // Those before 12 promote a standby by a file alone.
  const itPromoted = postgresVersion() < 12 ? it.skip : it;
  itPromoted(
    'refuses a server that was restored from a backup, before and after its log has grown past the offset',
    async () => {
      await driver.stop();
      await server.kill('SIGINT');
      await copyFolder(server.dataFolder, copy);
      await server.start();
      await database.reconnect();
      await again();
      await deliver(1);
      await driver.stop();
      await server.kill('SIGINT');
      await restore();
      await server.start();
      await database.reconnect();
      driver = new TaskDriver({ config: database.config(), offsets });
      await assert.rejects(driver.run(), { code: 'POSTGRES_SERVER_BEHIND' });
      await server.kill('SIGINT');
      await promote();
      await database.sql('SELECT pg_switch_wal()');
      await database.sql('INSERT INTO item SELECT generate_series(1000, 2000)');
      driver = new TaskDriver({ config: database.config(), offsets });
      await assert.rejects(driver.run(), {
        code: 'POSTGRES_SERVER_BEHIND',
        message: /the place where the server's log began anew/,
      });
    },
  );

  itPromoted('goes on over a fail-over that lost nothing', async () => {
    await deliver(1);
    await driver.stop();
    await server.kill('SIGINT');
    await promote();
    await database.sql('INSERT INTO item VALUES (2)');
    await again();
    assert.equal((await driver.waitForChanges(1))[0]?.after?.['id'], '2');
    await until(() => driver.offset?.['millrace.timeline'] === 2, 'the offset says so');
    await driver.stop();
    await again();
    await deliver(3);
  });
});
