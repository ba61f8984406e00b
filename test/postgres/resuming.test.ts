import assert from 'node:assert/strict';
import type { SourceOffset } from '../../connectors/change-batch.ts';
import { servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('going on where a task of PostgreSQL ended', () => {
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

  const ids = (): string[] => driver.seen.map(({ after }) => after?.['id'] ?? '');

  it('delivers each change of a large transaction once when it is stopped in its middle', async () => {
    const config = database.config();
    driver = await new TaskDriver({ config, offsets }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    driver.setAcknowledging(false);
    await database.sql(`INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n`);
    await driver.waitForChanges(20_000);
    const delivered: string[] = [];
    let before = driver.waiting;
    assert.ok(before > 5, 'the transaction came in several batches');
    driver.acknowledge(Math.floor(before / 2));
    const { 'millrace.ordinal': ordinal } = driver.offset ?? {};
    delivered.push(...ids().slice(0, Number(ordinal)));
    await driver.stop();
    for (let incarnation = 2; delivered.length < 20_000; incarnation += 1) {
      driver = await new TaskDriver({
        config,
        offsets,
        incarnation: String(incarnation),
        acknowledging: false,
      }).start();
      await driver.waitForChanges(20_000 - delivered.length);
      before = driver.waiting;
      driver.acknowledge(incarnation < 5 ? Math.ceil(before / 2) : before);
      const now = driver.offset?.['millrace.ordinal'];
      const total = now === undefined ? 20_000 : Number(now);
      delivered.push(...ids().slice(0, total - delivered.length));
      await driver.stop();
    }
    assertCounting(delivered, 20_000);
  });

  it('connects again and delivers each change once when the connection is cut in the middle of a transaction', async () => {
    driver = await new TaskDriver({ config: database.config(), offsets }).start();
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (driver.changes.length > 1000) driver.room = room.promise.then(() => undefined);
    };
    await database.sql(`INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 50000) n`);
    await until(() => driver.changes.length > 1000, 'the transaction is in its middle');
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
    assertCounting(ids(), 50_001);
  });

  it('writes the offset that it starts from again before anything else', async () => {
    const config = database.config();
    driver = await new TaskDriver({ config, offsets }).start();
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await driver.waitForChanges(1);
    await until(() => driver.waiting === 0, 'it is stored');
    await driver.stop();
    const stored = driver.offset;
    const written: unknown[] = [];
    driver = new TaskDriver({ config, offsets, incarnation: '2' });
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      written.push(batch.offsets[0]?.offset);
    };
    await driver.start();
    assert.deepEqual(written[0], stored);
  });

  it('goes on from an offset of Debezium within a transaction: behind the change with its LSN', async () => {
    const config = database.config();
    driver = await new TaskDriver({ config, acknowledging: false }).start();
    await database.sql(`INSERT INTO item VALUES (1, 'before')`);
    await database.sql(
      `BEGIN; INSERT INTO item VALUES (2, 'a'); INSERT INTO item VALUES (3, 'b'); INSERT INTO item VALUES (4, 'c'); COMMIT`,
    );
    await driver.waitForChanges(4);
    const [first, , third] = driver.changes;
    await driver.stop();
    const committed = third?.transaction.previousCommitEnd ?? 0n;
    const lsn = (BigInt(third?.positionHigh ?? 0) << 32n) | BigInt(third?.positionLow ?? 0);
    const debezium: SourceOffset = {
      lsn_proc: lsn,
      messageType: 'INSERT',
      lsn_commit: committed,
      lsn,
      txId: third?.transaction.xid ?? null,
      ts_usec: third?.transaction.timeMicros ?? null,
    };
    assert.ok(first !== undefined && committed > 0n);
    offsets.set({ server: database.name }, debezium);
    driver = await new TaskDriver({ config, offsets, incarnation: '2' }).start();
    await driver.waitForChanges(1);
    await database.sql(`INSERT INTO item VALUES (5, 'd')`);
    await driver.waitForChanges(2);
    assert.deepEqual(ids(), ['4', '5']);
  });

  it('ends the session of an earlier incarnation that still holds the slot', async () => {
    const config = database.config({ 'status.update.interval.ms': '60000' });
    const frozen = await new TaskDriver({ config, offsets, incarnation: '1' }).start();
    const held = await database.value('SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1', [
      database.name,
    ]);
    driver = new TaskDriver({ config, offsets, incarnation: '2' });
    // Whoever is frozen cannot come back; here it must not connect again either.
    frozen.lease = false;
    const stopping = until(
      async () => (await database.value('SELECT count(*) FROM pg_stat_activity WHERE pid = $1', [held])) === '0',
      'the old session is gone',
    ).then(() => frozen.stop());
    await driver.start();
    await stopping;
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    assert.deepEqual((await driver.waitForChanges(1))[0]?.after, { id: '1', name: 'one' });
  });

  it('waits for a stranger who holds the slot and then names it', async () => {
    const holder = await new TaskDriver({ config: { ...database.config(), 'topic.prefix': 'stranger' } }).start();
    driver = new TaskDriver({
      config: database.config({ 'slot.max.retries': '2', 'slot.retry.delay.ms': '50' }),
    });
    await assert.rejects(driver.run(), {
      code: 'POSTGRES_SLOT_IN_USE',
      message: /application 'millrace\/group\/stranger\/0\/1'/,
    });
    await holder.stop();
  });

  it('fails instead of skipping when the slot has gone on without it', async () => {
    const config = database.config();
    driver = await new TaskDriver({ config, offsets }).start();
    await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
    await driver.stop();
    await database.sql(`INSERT INTO item VALUES (1, 'missed')`);
    await until(async () => {
      const active = await database.value('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [
        database.name,
      ]);
      return active === 'false';
    }, 'the slot is free');
    await database.sql('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [database.name]);
    driver = new TaskDriver({ config, offsets, incarnation: '2' });
    await assert.rejects(driver.run(), { code: 'POSTGRES_SLOT_AHEAD', message: /ahead of the stored offset/ });
    driver = await new TaskDriver({ config: { ...config, 'offset.mismatch.strategy': 'trust_slot' }, offsets }).start();
    await database.sql(`INSERT INTO item VALUES (2, 'seen')`);
    await driver.waitForChanges(1);
    assert.deepEqual(ids(), ['2']);
  });

  it('fails when the server lacks changes that were delivered', async () => {
    driver = new TaskDriver({ config: database.config(), offsets });
    offsets.set({ server: database.name }, { lsn: 2n ** 60n, lsn_commit: 2n ** 60n, messageType: 'COMMIT' });
    await database.sql(`SELECT pg_create_logical_replication_slot('${database.name}', 'pgoutput')`);
    await assert.rejects(driver.run(), { code: 'POSTGRES_SERVER_BEHIND' });
  });

  it('fails when the offset belongs to another server', async () => {
    driver = new TaskDriver({ config: database.config(), offsets });
    offsets.set(
      { server: database.name },
      { lsn: 1, lsn_commit: 1, 'millrace.state': 'stream', 'millrace.system': '42' },
    );
    await assert.rejects(driver.run(), { code: 'POSTGRES_OTHER_SERVER', message: /42/ });
  });

  it('ends with the reason when Kafka cannot tell whether a batch has arrived', async () => {
    driver = await new TaskDriver({ config: database.config(), offsets }).start();
    driver.setAcknowledging(false);
    await database.sql(`INSERT INTO item VALUES (1, 'one')`);
    await driver.waitForChanges(1);
    const before = await database.confirmed();
    const ended = assert.rejects(driver.ended, /outcome unknown/);
    driver.reject(new Error('outcome unknown'));
    await ended;
    assert.equal(await database.confirmed(), before);
  });
});

/** That the ids are 1, 2, 3 and so on, without printing all of them. */
function assertCounting(ids: readonly string[], count: number): void {
  const wrong = ids.findIndex((id, index) => id !== String(index + 1));
  assert.equal(wrong, -1, `at place ${wrong + 1} stands ${ids[wrong] ?? ''}, after ${ids[wrong - 1] ?? ''}`);
  assert.equal(ids.length, count);
}
