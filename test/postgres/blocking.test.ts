import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import { servers } from '../support/servers.ts';
import { holdRoom } from './support/hold-room.ts';
import { OffsetStore, TaskDriver, type Seen } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ROWS = 4000;

describe('a blocking snapshot of PostgreSQL', () => {
  let database: TestDatabase;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    offsets = new OffsetStore();
    drivers = [];
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, version int NOT NULL, name text);
      INSERT INTO item SELECT n, 1, repeat('x', 200) FROM generate_series(1, ${ROWS}) n;
      CREATE TABLE other (id int PRIMARY KEY, version int NOT NULL, name text); INSERT INTO other VALUES (1, 1, 'o')`);
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    await database.drop();
  });

  const task = (number = 0, tasks = 1, incarnation = '1'): TaskDriver => {
    const config = database.config({
      'snapshot.mode': 'initial',
      'tasks.max': String(tasks),
      'millrace.snapshot.chunk.bytes': '66666',
    });
    const own = postgresConnector.taskConfigs(config, tasks)[number];
    const driver = new TaskDriver({ config: own ?? config, offsets, task: number, incarnation });
    drivers.push(driver);
    return driver;
  };
  /** Streams for the `times`-th time, and so after so many snapshots but one. */
  const streams = (driver: TaskDriver, times: number): Promise<void> =>
    until(
      () => driver.logged.filter(({ message }) => message === 'streaming').length >= times,
      'the blocking snapshot is done',
    );
  const block = (driver: TaskDriver, collections: readonly string[], filters?: Record<string, string>): Promise<void> =>
    driver.execute(collections, {
      type: 'blocking',
      'additional-conditions': Object.entries(filters ?? {}).map(([table, filter]) => ({
        'data-collection': table,
        filter,
      })),
    });
  /**
   * Folds events by key, in their order. A row that is read again is what the events before it have made of it, and no change comes
   * that is older than what was there.
   */
  const fold = (events: readonly Seen[]): Map<string, number> => {
    const versions = new Map<string, number>();
    for (const [index, { op, table, before, after }] of events.entries()) {
      const keyOf = (row: Seen['after']): string => `${table} ${String(row?.['id'])}`;
      if (before !== null && keyOf(before) !== keyOf(after)) versions.delete(keyOf(before));
      if (after === null) continue;
      const known = versions.get(keyOf(after));
      const version = Number(after['version']);
      if (op === 'r' && index > ROWS) assert.equal(version, known, `${keyOf(after)} as it was read`);
      else assert.ok(version > (known ?? 0), `${op} of ${keyOf(after)}: ${version} after ${String(known)}`);
      versions.set(keyOf(after), version);
    }
    return versions;
  };
  const tables = async (): Promise<Map<string, number>> => {
    const rows = await database.sql(
      `SELECT 'item ' || id AS key, version FROM item UNION ALL SELECT 'other ' || id, version FROM other`,
    );
    return new Map(rows.map(({ key, version }) => [String(key), Number(version)]));
  };
  const read = (driver: TaskDriver, table: string): number =>
    driver.committedSeen.filter((event) => event.op === 'r' && event.table === table).length;
  const end = async (driver: TaskDriver): Promise<void> => {
    await database.sql(`INSERT INTO other VALUES (0, 1, 'the end')`);
    await until(() => driver.committedSeen.at(-1)?.after?.['id'] === '0', 'the last change has come');
  };

  it('shows the rows as the changes before it have made them, while they are being changed, and the changes after it', async () => {
    const driver = await task().start();
    const client = await database.session();
    const load = { isOver: false };
    const loaded = (async () => {
      for (let round = 1; !load.isOver; round += 1) {
        await client.query('BEGIN');
        await client.query('UPDATE item SET version = version + 1 WHERE id % 50 = $1', [round % 50]);
        await client.query(`UPDATE item SET id = id + 100000, version = version + 1 WHERE id = $1`, [round % 400]);
        await client.query(`DELETE FROM item WHERE id = $1`, [400 + (round % 400)]);
        await client.query(`INSERT INTO item VALUES ($1, 1, 'new')`, [-round]);
        await client.query('COMMIT');
      }
    })();
    try {
      await until(() => driver.committed.length > ROWS + 500, 'changes come');
      for (const times of [2, 3]) {
        await block(driver, ['public\\.item']);
        await streams(driver, times);
      }
    } finally {
      load.isOver = true;
      await loaded;
      await client.end();
    }
    await end(driver);
    assert.ok(read(driver, 'item') > 2 * ROWS);
    assert.deepEqual(new Map([...fold(driver.committedSeen)].sort()), new Map([...(await tables())].sort()));
    assert.equal(read(driver, 'other'), 1, 'nothing but what was asked for');
    await until(() => offsets.partitions.length === 1, 'nothing of it is left in the offsets');
  });

  it('reads the rows that a query, or a condition, of the signal asks for', async () => {
    const driver = await task().start();
    await block(driver, ['public.item', 'public.other'], {
      'public.item': 'SELECT * FROM item WHERE id <= 10',
      'public.other': 'id > 1',
    });
    await streams(driver, 2);
    await end(driver);
    assert.deepEqual([read(driver, 'item'), read(driver, 'other')], [ROWS + 10, 1]);
    fold(driver.committedSeen);
  });

  it('is given up when it cannot be read, and streaming goes on', async () => {
    const driver = await task().start();
    await block(driver, ['public.item'], { 'public.item': 'nothing = 1' });
    await driver.waitForLog('the blocking snapshot is given up; streaming goes on');
    await streams(driver, 2);
    await block(driver, ['public.item'], { 'public.item': 'SELECT id / 0 AS id, version, name FROM item' });
    await end(driver);
    assert.equal(read(driver, 'item'), ROWS);
    await until(() => offsets.partitions.length === 1, 'nothing of it is left in the offsets');
  });

  it('begins anew after a kill, behind what was written meanwhile', async () => {
    const first = await task().start();
    const rows = first.committed.length;
    holdRoom(first, () => first.committed.length, rows + 1);
    await block(first, ['public.item']);
    await until(() => first.committed.length >= rows + 500, 'rows come');
    await first.stop();
    await database.sql('UPDATE item SET version = 2 WHERE id % 2 = 0; DELETE FROM item WHERE id % 10 = 5');
    const second = await task(0, 1, '2').start('snapshot completed');
    await second.waitForLog('streaming');
    await end(second);
    const events = drivers.flatMap(({ committedSeen }) => committedSeen);
    assert.deepEqual(new Map([...fold(events)].sort()), new Map([...(await tables())].sort()));
    assert.equal(read(second, 'item'), (ROWS * 9) / 10);
  });

  it('is shared by the tasks of the connector, and goes on while one of them holds the snapshot', async () => {
    const helper = task(1, 2);
    void helper.run();
    const first = await task(0, 2).start();
    const rows = helper.committed.length;
    const free = holdRoom(helper, () => helper.committed.length, rows + 1);
    await block(first, ['public.item']);
    await until(() => helper.committed.length > rows, 'the helper reads');
    await first.stop();
    await database.sql('UPDATE item SET version = 2');
    const second = task(0, 2, '2');
    void second.run();
    await second.waitForLog('snapshot goes on where it was interrupted');
    free();
    await second.waitForLog('streaming');
    await end(second);
    const again = drivers.flatMap(({ committedSeen }) => committedSeen.filter(({ op }) => op === 'r'));
    assert.equal(again.length, 2 * ROWS + 1);
    assert.ok(again.every(({ after }) => after?.['version'] === '1'));
  });
});
