import assert from 'node:assert/strict';
import { TcpProxy } from '../../scripts/chaos/tcp-proxy.ts';
import { servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ROWS = 6000;

describe('a snapshot of PostgreSQL over a slow line', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let offsets: OffsetStore;
  let drivers: TaskDriver[];
  /** How far chunks were read that were not read whole, by table; `null`: whole. */
  let parts: Map<string, (string | null)[]>;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    proxy = await TcpProxy.open();
    proxy.forwardTo(servers().postgres.address.port);
    drivers = [];
    parts = new Map();
    offsets = new OffsetStore();
    offsets.watch({ server: database.name }, (partition, offset) => {
      if (partition['chunk'] === undefined || offset === null) return;
      const upTo = offset['upTo'] ?? null;
      const table = String(partition['table']);
      parts.set(table, [...(parts.get(table) ?? []), upTo === null ? null : String(upTo)]);
    });
  });

  afterEach(async () => {
    for (const driver of drivers) await driver.stop();
    await proxy.close();
    await database.drop();
  });

  const table = (name: string, columns: string): Promise<unknown> =>
    database.sql(`CREATE TABLE ${name} (${columns}, name text, version int NOT NULL DEFAULT 1);
      INSERT INTO ${name} SELECT n, repeat('x', 500) FROM generate_series(1, ${ROWS}) n ORDER BY random()`);
  const task = (incarnation = '1'): TaskDriver => {
    const config = { 'snapshot.mode': 'initial', 'database.port': String(proxy.port) };
    const driver = new TaskDriver({ config: database.config(config), offsets, incarnation });
    drivers.push(driver);
    return driver;
  };
  /** The line is slow as soon as the snapshot is planned, 640 kB a second at best. */
  const slowDown = (driver: TaskDriver): void => {
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (batch.offsets.some(({ partition }) => partition['table'] !== undefined && partition['chunk'] === undefined))
        proxy.delayBy(100);
    };
  };
  const ids = (name: string): number[] =>
    drivers
      .flatMap(({ committedSeen }) => committedSeen.filter(({ op, table: of }) => op === 'r' && of === name))
      .map(({ after }) => Number(after?.['id']))
      .sort((left, right) => left - right);
  const all = Array.from({ length: ROWS }, (_, index) => index + 1);

  it('commits a chunk in parts while the source answers slowly, and whole when it answers fast, each row once', async () => {
    await table('a_slow', 'id int PRIMARY KEY');
    await table('b_fast', 'id int PRIMARY KEY');
    const driver = task();
    slowDown(driver);
    void driver.run();
    await driver.waitForLog('read a table of the snapshot');
    proxy.calm();
    await driver.waitForLog('streaming');
    const [slow = [], fast = []] = [parts.get('public.a_slow'), parts.get('public.b_fast')];
    const keys = slow.slice(0, -1).map((upTo) => Number((JSON.parse(upTo ?? '[]') as string[])[0]));
    assert.ok(keys.length >= 2, `the slow table came in ${slow.length} parts`);
    assert.ok(keys.every((key, index) => key > (keys[index - 1] ?? 0)));
    assert.equal(slow.at(-1), null);
    assert.ok(fast.length < slow.length, `${fast.length} parts of the fast table, ${slow.length} of the slow one`);
    assert.deepEqual([ids('a_slow'), ids('b_fast')], [all, all]);
    const marks = driver.committed.flatMap(({ transaction: { snapshot } }) => (snapshot === 'true' ? [] : snapshot));
    assert.deepEqual(marks, ['first', 'last_in_data_collection', 'first_in_data_collection', 'last']);
  });

  it('commits what it has of a chunk when the source says nothing more, and goes on when it does', async () => {
    await table('item', 'id int PRIMARY KEY');
    const driver = task();
    slowDown(driver);
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (batch.continues === true) proxy.hold();
    };
    void driver.run();
    await until(() => parts.has('public.item'), 'a part is committed while nothing comes');
    driver.onBatch = keep;
    proxy.calm();
    await driver.waitForLog('streaming');
    assert.deepEqual(ids('item'), all);
  });

  it('commits pages of a table without a key, fewer at a time when the source answers slowly', async () => {
    await table('item', 'id int');
    const driver = task();
    slowDown(driver);
    void driver.run();
    await driver.waitForLog('snapshot completed');
    proxy.calm();
    await driver.waitForLog('streaming');
    const pages = (parts.get('public.item') ?? [])
      .slice(0, -1)
      .map((upTo) => Number((JSON.parse(upTo ?? '[]') as string[])[0]));
    assert.ok(pages.length >= 2, `${pages.length} parts`);
    const sizes = pages.map((page, index) => page - (pages[index - 1] ?? 0));
    assert.ok(Math.min(...sizes) < 128, `parts of ${sizes.join(', ')} pages`);
    assert.deepEqual(ids('item'), all);
  });

  it('goes on behind the last part of a chunk after a kill, and shows no version of a row twice', async () => {
    await table('item', 'id int PRIMARY KEY');
    const first = task();
    slowDown(first);
    void first.run();
    await until(() => parts.has('public.item'), 'a part is committed');
    await first.stop();
    proxy.calm();
    const [upTo] = (JSON.parse(parts.get('public.item')?.at(-1) ?? '[]') as string[]).map(Number);
    assert.ok(upTo !== undefined && upTo > 0 && upTo < ROWS, `read up to ${String(upTo)}`);
    // Rows of both sides, some of which go from one to the other.
    await database.sql(`UPDATE item SET version = 2 WHERE id % 7 = 1;
      UPDATE item SET id = ${3 * ROWS} - id, version = 2 WHERE id % 97 = 2;
      DELETE FROM item WHERE id % 101 = 3`);
    const second = task('2');
    await second.start();
    await database.sql(`INSERT INTO item VALUES (0, 'the end')`);
    await until(() => second.committedSeen.at(-1)?.after?.['id'] === '0', 'the last change has come');

    const versions = new Map<string, number>();
    for (const { op, before, after } of drivers.flatMap(({ committedSeen }) => committedSeen)) {
      const old = before?.['id'] ?? undefined;
      if (typeof old === 'string' && old !== after?.['id']) versions.delete(old);
      if (after === null) continue;
      const id = String(after['id']);
      const version = Number(after['version']);
      assert.ok(version > (versions.get(id) ?? 0), `${op} of ${id}: ${version} after ${String(versions.get(id))}`);
      versions.set(id, version);
    }
    const rows = await database.sql('SELECT id::text, version FROM item');
    assert.deepEqual(
      new Map([...versions].sort()),
      new Map(rows.map(({ id, version }) => [String(id), Number(version)] as const).sort()),
    );
    const above =
      drivers[1]?.committedSeen.filter(({ op }) => op === 'r').map(({ after }) => Number(after?.['id'])) ?? [];
    assert.ok(
      above.every((id) => id > upTo),
      'nothing of the part was read again',
    );
  });
});
