import assert from 'node:assert/strict';
import type { RowChange } from '../../connectors/change-event.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { foldedRows } from './support/folded-rows.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ROWS = 5000;
const STANDBY = 'postgres-read-standby';

describe('reading from a standby', function () {
  this.timeout(120_000);
  let primary: PostgresServer;
  let standby: PostgresServer;
  let database: TestDatabase;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];

  before(async function () {
    // Earlier servers decode on primaries alone.
    if (postgresVersion() < 16) this.skip();
    primary = await servers().startPostgres({ as: 'postgres-read-primary' });
    standby = await servers().startPostgres({ as: STANDBY, standbyOf: primary });
  });

  after(async () => {
    await servers().stack.stop(STANDBY);
    await servers().stack.stop('postgres-read-primary');
  });

  beforeEach(async () => {
    database = await TestDatabase.create(primary.address);
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, version int NOT NULL, note text);
      INSERT INTO item SELECT n, 1, repeat('x', 100) FROM generate_series(1, ${ROWS}) n;
      ANALYZE item; CREATE PUBLICATION ${database.name} FOR ALL TABLES`);
    await isReplayed();
    offsets = new OffsetStore();
    drivers = [];
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    // A slot that is left would keep the other tests' log.
    const client = await TestDatabase.connectTo(standby.address, 'postgres');
    await until(
      () =>
        client.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots').then(
          () => true,
          () => false,
        ),
      'the slots are dropped',
    );
    await client.end();
  });

  function task(more: Readonly<Record<string, string>> = {}): TaskDriver {
    const driver = new TaskDriver({
      config: database.config({
        'database.port': String(standby.port),
        'publication.autocreate.mode': 'disabled',
        ...more,
      }),
      offsets,
    });
    drivers.push(driver);
    return driver;
  }

  /** A standby makes a slot when its primary has noted which transactions are open. */
  async function started(driver: TaskDriver): Promise<TaskDriver> {
    void driver.run();
    await until(async () => {
      await database.sql('SELECT pg_log_standby_snapshot()');
      return driver.logged.some(({ message }) => message === 'streaming');
    }, 'it streams');
    return driver;
  }

  /** The standby has everything of now. */
  async function isReplayed(): Promise<void> {
    const end = await database.value('SELECT pg_current_wal_flush_lsn()');
    const client = await TestDatabase.connectTo(standby.address, 'postgres');
    const query = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done';
    await until(
      async () => (await client.query<{ done: boolean }>(query, [end])).rows[0]?.done === true,
      'it is replayed',
    );
    await client.end();
  }

  async function assertEqual(changes: readonly RowChange[]): Promise<void> {
    const { rows, fallen } = foldedRows(changes);
    assert.deepEqual(fallen.slice(0, 5), []);
    const expected = new Map(
      (await database.sql('SELECT id::text, version FROM item')).map(({ id, version }) => [
        String(id),
        Number(version),
      ]),
    );
    assert.deepEqual([...expected].filter(([id, version]) => rows.get(id) !== version).slice(0, 5), []);
    assert.equal(rows.size, expected.size);
  }

  /** Changes the table until the answer is called; the promise ends with the last change. */
  function change(): () => Promise<void> {
    const stop = new AbortController();
    const changing = (async (): Promise<void> => {
      const client = await database.session();
      for (let round = 0; !stop.signal.aborted; round += 1) {
        const ids = Array.from({ length: 20 }, () => 1 + Math.floor(Math.random() * ROWS));
        if (round % 10 === 5) await client.query('DELETE FROM item WHERE id = ANY ($1)', [ids.slice(0, 2)]);
        else await client.query('UPDATE item SET version = version + 1 WHERE id = ANY ($1)', [ids]);
      }
      await client.end();
    })();
    return async () => {
      stop.abort();
      await changing;
    };
  }

  async function last(driver: TaskDriver): Promise<void> {
    const id = ROWS * 10;
    await database.sql(`INSERT INTO item VALUES (${id}, 1)`);
    await until(() => foldedRows(driver.committed).rows.has(String(id)), 'the last change has come');
  }

  it('takes rows and changes, while the table is changed, and goes on at the next start', async () => {
    const changed = change();
    const first = await started(task({ 'snapshot.mode': 'initial' }));
    await until(() => first.committed.some(({ op }) => op === 'u'), 'changes come');
    await first.stop();
    await changed();
    const second = await started(task({ 'snapshot.mode': 'initial' }));
    await last(second);
    // What was handed over and not acknowledged when the first one was stopped comes again.
    await assertEqual([...first.committed, ...second.committed]);
    assert.ok(second.committed.every(({ op }) => op !== 'r'));
  });

  it('reads a table again while it is changed: every row, and no version after a newer one', async () => {
    const driver = await started(
      task({
        'incremental.snapshot.chunk.size': '200',
        'notification.enabled.channels': 'log',
      }),
    );
    const isOver = (times: number): Promise<void> =>
      until(
        () =>
          driver.logged.filter(({ fields }) => {
            const told = fields['notification'];
            return typeof told === 'object' && told !== null && 'type' in told && told.type === 'COMPLETED';
          }).length >= times,
        'the snapshot is completed',
      );
    const changed = change();
    for (let times = 1; times <= 2; times += 1) {
      await driver.execute(['public.item']);
      await isOver(times);
    }
    await changed();
    await last(driver);
    await assertEqual(driver.committed);
    assert.ok(driver.committed.some(({ op }) => op === 'r') && driver.committed.some(({ op }) => op === 'u'));
  });

  it('leaves out no change of a transaction that was open when the rest of an interrupted snapshot was read', async () => {
    const config = { 'snapshot.mode': 'initial', 'millrace.snapshot.chunk.bytes': '65536' };
    const first = task(config);
    const room = holdRoom(first, () => first.changes.length, 1000);
    void first.run();
    await until(async () => {
      await database.sql('SELECT pg_log_standby_snapshot()');
      return first.committed.length >= 1000;
    }, 'some of it is read');
    await first.stop();
    room();
    const open = await database.session();
    await open.query('BEGIN');
    await open.query(`UPDATE item SET version = 2 WHERE id = ${ROWS - 10}`);
    // Later than that one, so that ids alone would say that the snapshot sees it.
    await database.sql(`UPDATE item SET version = 2 WHERE id = ${ROWS - 9}`);
    await database.sql('SELECT pg_switch_wal()');
    await database.sql('CREATE TABLE later ()');
    await isReplayed();
    const second = task(config);
    const rest = holdRoom(second, () => second.changes.length, 500);
    void second.run();
    await until(() => second.changes.length >= 500, 'more of it is read');
    await open.query('COMMIT');
    await open.end();
    rest();
    await last(second);
    await assertEqual([...first.committed, ...second.committed]);
  });
});
