import assert from 'node:assert/strict';
import { formatLsn } from '../../connectors/postgres/lsn.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

// Those before 12 do not say when they heard of a client last.
const itHeard = postgresVersion() < 12 ? it.skip : it;

describe('confirming positions to PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text); CREATE TABLE other (id int)');
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  const filtered = { 'publication.autocreate.mode': 'filtered', 'table.include.list': 'public.item' };

  it('does not move the slot while changes wait for Kafka, whatever else is written meanwhile', async () => {
    driver = await new TaskDriver({ config: database.config(filtered) }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    driver.setAcknowledging(false);
    const before = await database.value('SELECT pg_current_wal_lsn()');
    await database.sql(`INSERT INTO item VALUES (1, 'waits')`);
    await driver.waitForChanges(1);
    const began = performance.now();
    for (let n = 0; performance.now() - began < 3000; n += 1) {
      await database.sql('INSERT INTO other SELECT generate_series(1, 100)');
      assert.equal((await database.hasConfirmed(before)) && (await database.confirmed()) !== before, false);
    }
    assert.equal(driver.waiting, 1);
    const after = await database.value('SELECT pg_current_wal_lsn()');
    driver.setAcknowledging(true);
    await until(() => database.hasConfirmed(before), 'the slot moves once Kafka has the change');
    await until(() => database.hasConfirmed(after), 'and then behind what the other tables wrote', 20_000);
  });

  it('moves the slot while only other tables write', async () => {
    driver = await new TaskDriver({ config: database.config({ ...filtered, 'heartbeat.interval.ms': '200' }) }).start();
    await database.sql('INSERT INTO other SELECT generate_series(1, 1000)');
    const written = await database.value('SELECT pg_current_wal_lsn()');
    await until(() => database.hasConfirmed(written), 'the slot has passed what the other table wrote');
    assert.ok(BigInt(String(driver.offset?.['lsn_commit'])) > 0n);
  });

  it('moves the slot while only other databases write, without heartbeats, its offset stored first', async () => {
    driver = await new TaskDriver({ config: database.config(filtered) }).start();
    const elsewhere = await TestDatabase.create(servers().postgres.address);
    await elsewhere.sql('CREATE TABLE noise AS SELECT generate_series(1, 1000)');
    const written = await elsewhere.value('SELECT pg_current_wal_lsn()');
    await elsewhere.drop();
    await until(() => database.hasConfirmed(written), 'the slot has passed what the other database wrote');
    const stored = formatLsn(BigInt(String(driver.offset?.['lsn_commit'])));
    const query = `SELECT confirmed_flush_lsn <= '${stored}' FROM pg_replication_slots WHERE slot_name = '${database.name}'`;
    assert.equal(await database.value(query), 'true');
  });

  itHeard('confirms nothing once its lease has run out', async () => {
    driver = await new TaskDriver({ config: database.config(filtered) }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    driver.lease = false;
    const before = await database.confirmed();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await driver.waitForChanges(1);
    await until(() => driver.waiting === 0, 'Kafka has it');
    await database.heardTwice();
    assert.equal(await database.confirmed(), before);
  });

  itHeard('never moves the slot with lsn.flush.mode=manual', async () => {
    driver = await new TaskDriver({ config: database.config({ ...filtered, 'lsn.flush.mode': 'manual' }) }).start();
    const before = await database.confirmed();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await driver.waitForChanges(1);
    await database.heardTwice();
    assert.equal(await database.confirmed(), before);
  });

  it('loses neither of two transactions whose commit records are adjacent in the log', async () => {
    const config = database.config(filtered);
    driver = await new TaskDriver({ config, acknowledging: false }).start();
    const [one, two] = [await database.session(), await database.session()];
    let second = -1;
    for (let id = 0; second < 0 && id < 200; id += 2) {
      await one.query('BEGIN');
      await two.query('BEGIN');
      await one.query(`INSERT INTO item VALUES (${id}, 'one')`);
      await two.query(`INSERT INTO item VALUES (${id + 1}, 'two')`);
      await Promise.all([one.query('COMMIT'), two.query('COMMIT')]);
      await driver.waitForChanges(id + 2);
      const [earlier, later] = driver.changes.slice(-2);
      if (earlier?.transaction.commitLsn === undefined || later === undefined) continue;
      if (later.transaction.previousCommitEnd === later.transaction.commitLsn) second = driver.changes.length - 1;
    }
    await one.end();
    await two.end();
    assert.ok(second > 0, 'no two commit records were adjacent in 100 tries');
    const expected = driver.seen[second];
    const end = driver.changes[second]?.transaction.commitLsn;
    await driver.stop();

    // The first of the two is in Kafka, the second is not: what its end says is exactly what the server is told.
    const offsets = new OffsetStore();
    offsets.set({ server: database.name }, { lsn: end ?? null, lsn_commit: end ?? null, messageType: 'COMMIT' });
    driver = await new TaskDriver({ config, offsets, incarnation: '2', acknowledging: false }).start();
    await driver.waitForChanges(1);
    const query = `SELECT confirmed_flush_lsn = '${formatLsn(end ?? 0n)}' FROM pg_replication_slots WHERE slot_name = '${database.name}'`;
    await until(async () => (await database.value(query)) === 'true', 'the end of the first is confirmed');
    await driver.stop();
    driver = await new TaskDriver({ config, offsets, incarnation: '3' }).start();
    assert.deepEqual((await driver.waitForChanges(1))[0], expected);
  });

  it('keeps the session alive while there is no room for longer than the server would wait', async () => {
    driver = await new TaskDriver({ config: database.config(filtered) }).start();
    const room = Promise.withResolvers<undefined>();
    driver.room = room.promise.then(() => undefined);
    await database.sql(`INSERT INTO item SELECT n, repeat('x', 200) FROM generate_series(1, 100000) n`);
    await until(() => driver.changes.length > 0, 'the first batch has come');
    const held = driver.changes.length;
    const began = performance.now();
    await until(() => performance.now() - began > 8000, 'more than the 5 s of wal_sender_timeout have passed');
    assert.equal(driver.changes.length, held, 'no batch came while there was no room');
    driver.room = undefined;
    room.resolve(undefined);
    await driver.waitForChanges(100_000);
    assert.equal(driver.changes.length, 100_000);
    assert.ok(!driver.logged.some(({ message }) => message.startsWith('connection lost')), 'the connection was lost');
  });
});
