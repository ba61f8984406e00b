import assert from 'node:assert/strict';
import type pg from 'pg';
import { TcpProxy } from '../../scripts/chaos/tcp-proxy.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { standbySlot } from '../../scripts/stack/postgres-standby.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const STANDBY = 'postgres-standby';

describe('a fail-over to a standby', function () {
  this.timeout(180_000);
  let primary: PostgresServer;
  let standby: PostgresServer;
  /** Stands for the address that moves from the one server to the other. */
  let address: TcpProxy;
  let database: TestDatabase;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];
  let sessions: pg.Client[];

  before(function () {
    if (postgresVersion() < 17) this.skip();
  });

  beforeEach(async () => {
    primary = await servers().startPostgres({ as: 'postgres-primary' });
    const settings = { sync_replication_slots: 'on' };
    standby = await servers().startPostgres({ as: STANDBY, standbyOf: primary, settings });
    address = await TcpProxy.open();
    address.forwardTo(primary.port);
    database = await TestDatabase.create(primary.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
    offsets = new OffsetStore();
    drivers = [];
    sessions = [];
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    for (const session of sessions) await session.end().catch(() => undefined);
    await address.close();
    await servers().stack.stop(STANDBY);
    await servers().stack.stop('postgres-primary');
  });

  function task(more: Readonly<Record<string, string>> = {}): TaskDriver {
    const driver = new TaskDriver({
      config: database.config({
        'database.port': String(address.port),
        'millrace.slot.check.interval.ms': '100',
        // Idle, the slot moves every 5 s; with this it does at once, and its copy has somewhere to go.
        'millrace.heartbeat.write': 'message',
        'millrace.heartbeat.write.interval.ms': '100',
        ...more,
      }),
      offsets,
    });
    drivers.push(driver);
    return driver;
  }

  async function session(server: PostgresServer): Promise<pg.Client> {
    // A standby has the database when it has replayed its creation.
    const opened: pg.Client[] = [];
    await until(
      () =>
        TestDatabase.connectTo(server.address, database.name).then(
          (client) => opened.push(client) > 0,
          () => false,
        ),
      'the database is there',
    );
    const [client] = opened;
    assert.ok(client !== undefined);
    sessions.push(client);
    return client;
  }

  const ids = (): number[] => drivers.flatMap(({ seen }) => seen).map(({ after }) => Number(after?.['id']));

  /** The standby has a copy of the slot that it could be promoted with, and that covers everything so far. */
  async function slotIsCopied(): Promise<void> {
    const client = await session(standby);
    const end = await database.value('SELECT pg_current_wal_lsn()');
    const query = `
      SELECT synced AND NOT temporary AND invalidation_reason IS NULL AND confirmed_flush_lsn >= $2::pg_lsn AS ready
      FROM pg_replication_slots WHERE slot_name = $1`;
    await until(
      async () => {
        await database.sql('SELECT pg_log_standby_snapshot()');
        await client.query('SELECT pg_reload_conf()'); // wakes the worker that copies slots, which sleeps for up to 30 s
        return (await client.query<{ ready: boolean }>(query, [database.name, end])).rows[0]?.ready === true;
      },
      'the slot is copied',
      60_000,
    );
  }

  async function hasRows(client: pg.Client, count: number): Promise<void> {
    const rows = async (): Promise<number | undefined> =>
      (await client.query<{ n: number }>('SELECT count(*)::int AS n FROM item')).rows[0]?.n;
    await until(async () => (await rows()) === count, 'the standby has the rows');
  }

  /** The primary is gone at once; the standby takes its place and its address. */
  async function failOver(): Promise<pg.Client> {
    if (primary.running) await primary.kill('SIGKILL');
    const client = await session(standby);
    await client.query('SELECT pg_promote()');
    address.forwardTo(standby.port);
    return client;
  }

  async function deliver(driver: TaskDriver, id: number, client?: pg.Client): Promise<void> {
    if (client === undefined) await database.sql('INSERT INTO item VALUES ($1)', [id]);
    else await client.query('INSERT INTO item VALUES ($1)', [id]);
    await until(() => ids().includes(id) && driver.waiting === 0, `row ${id} has come`);
  }

  it('under load goes on from the copied slot: what the standby has comes once, and nothing else', async () => {
    const driver = await task({ 'slot.failover': 'true' }).start();
    await slotIsCopied();
    // The server then sends nothing that the standby does not have.
    await database.sql(`ALTER SYSTEM SET synchronized_standby_slots = '${standbySlot(STANDBY)}'`);
    await database.sql('SELECT pg_reload_conf()');
    const writer = await session(primary);
    const writing = (async (): Promise<void> => {
      for (let id = 1; ; id += 1) await writer.query('INSERT INTO item VALUES ($1)', [id]);
    })();
    const broken = assert.rejects(writing);
    await until(() => ids().length > 200, 'changes come');
    await primary.kill('SIGKILL');
    await broken;
    const client = await failOver();
    await deliver(driver, 1_000_000, client);
    const { rows } = await client.query<{ id: number }>('SELECT id FROM item ORDER BY id');
    assert.deepEqual(
      ids(),
      rows.map(({ id }) => id),
    );
    await until(() => driver.offset?.['millrace.timeline'] === 2, 'the offset says so');
    assert.equal(driver.progress?.slot?.timeline, 2);
  });

  it('to a copy of the slot that lies behind what was delivered repeats nothing', async () => {
    const driver = await task({ 'slot.failover': 'true' }).start();
    await slotIsCopied();
    const copy = await session(standby);
    await copy.query(`ALTER SYSTEM SET sync_replication_slots = 'off'`);
    await copy.query('SELECT pg_reload_conf()');
    const worker = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'slotsync worker'`;
    await until(async () => (await copy.query<{ n: number }>(worker)).rows[0]?.n === 0, 'nothing is copied any more');
    for (const id of [1, 2, 3]) await deliver(driver, id);
    await driver.stop();
    await hasRows(copy, 3);
    const client = await failOver();
    const again = await task({ 'slot.failover': 'true' }).start();
    await deliver(again, 4, client);
    assert.deepEqual(ids(), [1, 2, 3, 4]);
  });

  it('that lost what was delivered is refused, and read anew where that is wanted', async () => {
    const driver = await task({ 'slot.failover': 'true' }).start();
    await deliver(driver, 1);
    await slotIsCopied();
    await standby.kill('SIGINT');
    await deliver(driver, 2);
    await driver.stop();
    await primary.kill('SIGKILL');
    await standby.start();
    const client = await failOver();
    const refused = task();
    await assert.rejects(refused.run(), { code: 'POSTGRES_SERVER_BEHIND' });
    const anew = await task({ 'millrace.gap.action': 'read_anew' }).start();
    assert.deepEqual(
      anew.changes.map(({ op }) => op),
      ['r'],
    );
    await deliver(anew, 3, client);
    assert.deepEqual(ids(), [1, 2, 1, 3]);
  });

  it('to a standby without the slot is refused, and read anew where that is wanted', async () => {
    const driver = await task().start();
    await deliver(driver, 1);
    await hasRows(await session(standby), 1);
    const client = await failOver();
    await assert.rejects(driver.ended, { code: 'POSTGRES_SLOT_MISSING' });
    await client.query('INSERT INTO item VALUES (2)');
    const anew = await task({ 'millrace.gap.action': 'read_anew' }).start();
    await deliver(anew, 3, client);
    assert.deepEqual(ids(), [1, 1, 2, 3]);
  });

  it('to a slot that somebody moved ahead is refused', async () => {
    const driver = await task({ 'slot.failover': 'true' }).start();
    await slotIsCopied();
    await driver.stop();
    const client = await failOver();
    await client.query('INSERT INTO item VALUES (1)');
    await client.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [database.name]);
    await assert.rejects(task().run(), { code: 'POSTGRES_SLOT_AHEAD' });
  });

  it('goes on once the standby that it was pointed to too early is promoted', async () => {
    const driver = await task({ 'slot.failover': 'true' }).start();
    await slotIsCopied();
    await driver.stop();
    address.forwardTo(standby.port);
    const early = task();
    void early.run();
    const refusals = (): unknown[] => early.logged.map(({ fields }) => fields['error']);
    await until(() => refusals().some((error) => /copy that a standby keeps/.test(String(error))), 'it was refused');
    const client = await failOver();
    await deliver(early, 1, client);
  });
});
