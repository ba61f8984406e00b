import assert from 'node:assert/strict';
import { blockedCommit } from './support/blocked-commit.ts';
import { foldedRows } from './support/folded-rows.ts';
import { holdRoom } from './support/hold-room.ts';
import { IncrementalField, isOver, ROWS, told } from './support/incremental-field.ts';
import type { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { until, type TestDatabase } from './support/test-database.ts';

describe('an incremental snapshot of PostgreSQL', () => {
  let field: IncrementalField;
  let database: TestDatabase;
  let offsets: OffsetStore;

  beforeEach(async () => {
    field = await IncrementalField.open();
    ({ database, offsets } = field);
  });

  afterEach(() => field.close());

  it('reads every row once while nothing is changed, and marks it as Debezium does', async () => {
    const driver = await field.task({ 'incremental.snapshot.chunk.size': '500' }).start();
    await driver.execute(['public\\.it.*']);
    await isOver(driver);
    assert.equal(driver.committed.length, ROWS);
    assert.equal(foldedRows(driver.committed).rows.size, ROWS);
    assert.ok(driver.committed.every(({ op, transaction: { snapshot } }) => op === 'r' && snapshot === 'incremental'));
    assert.deepEqual(
      told(driver).filter((text) => text !== 'IN_PROGRESS'),
      ['SKIPPED', 'STARTED', 'TABLE_SCAN_COMPLETED SUCCEEDED', 'COMPLETED'],
    );
    assert.ok(told(driver, 'last_processed_key').includes(`IN_PROGRESS ${ROWS}`));
    assert.equal(offsets.partitions.length, 1, 'nothing is left in the offsets');
  });

  for (const threads of [1, 3])
    it(`shows every row of a table that is being changed, no version after a newer one, and ends with the table: ${threads} at a time`, async () => {
      const driver = await field
        .task({ 'incremental.snapshot.chunk.size': '200', 'snapshot.max.threads': String(threads) })
        .start();
      const client = await database.session();
      const stop = new AbortController();
      const changing = (async (): Promise<void> => {
        for (let round = 0; !stop.signal.aborted; round += 1) {
          const ids = Array.from({ length: 20 }, () => 1 + Math.floor(Math.random() * ROWS));
          if (round % 10 === 0)
            await client.query(
              `UPDATE item SET id = id + ${ROWS}, version = version + 1 WHERE id = ANY ($1) AND id <= ${ROWS}`,
              [ids.slice(0, 2)],
            );
          else if (round % 10 === 5) await client.query('DELETE FROM item WHERE id = ANY ($1)', [ids.slice(0, 2)]);
          else await client.query('UPDATE item SET version = version + 1 WHERE id = ANY ($1)', [ids]);
        }
      })();
      for (let times = 1; times <= 3; times += 1) {
        await driver.execute(['public.item']);
        await isOver(driver, times);
      }
      stop.abort();
      await changing;
      await client.end();
      const end = ROWS * 10;
      await database.sql(`INSERT INTO item VALUES (${end}, 1)`);
      await until(() => foldedRows(driver.committed).rows.has(String(end)), 'the last change has come');
      await field.assertEqual(driver.committed);
      assert.ok(driver.committed.some(({ op }) => op === 'u'));
    });

  it('does not bring back the row from before a commit that is in the stream and not visible yet', async () => {
    const driver = await field.task({ 'incremental.snapshot.chunk.size': '100000' }).start();
    const waiting = await database.session();
    const blocked = await blockedCommit(database, waiting);
    // The change is delivered, while snapshots still show the row before it.
    await until(() => driver.committed.some(({ op }) => op === 'u'), 'the change has come');
    assert.equal(await database.value('SELECT version FROM item WHERE id = 7'), '1');
    await driver.execute(['public.item']);
    await waitsFor(driver, 'transactions that began before it have not ended');
    await blocked.release();
    await isOver(driver);
    await waiting.end();
    await field.assertEqual(driver.committed);
    assert.equal(foldedRows(driver.committed).rows.get('7'), 2);
  });

  it('reads a chunk again whose snapshot does not see what was delivered while the snapshot was under way', async () => {
    const driver = await field.task({ 'incremental.snapshot.chunk.size': '500' }).start();
    const waiting = await database.session();
    // Held after two chunks of ten, of which some more are read ahead: the commit falls into the middle of the snapshot.
    const room = holdRoom(driver, () => driver.changes.length, 1000);
    await driver.execute(['public.item']);
    await until(() => driver.committed.length >= 1000, 'two chunks have come');
    const blocked = await blockedCommit(database, waiting, 4500);
    room();
    await waitsFor(driver, 'a transaction that was delivered is not visible yet');
    assert.ok(driver.committed.some(({ op }) => op === 'u'));
    await blocked.release();
    await isOver(driver);
    await waiting.end();
    await field.assertEqual(driver.committed);
  });

  for (const threads of [1, 3])
    it(`goes on at the chunk after a kill, and shows no row of a chunk twice: ${threads} at a time`, async () => {
      const config = { 'incremental.snapshot.chunk.size': '500', 'snapshot.max.threads': String(threads) };
      const first = field.task(config);
      const room = holdRoom(first, () => first.changes.length, 1500);
      await first.start();
      await first.execute(['public.item']);
      await until(() => first.committed.length >= 1500, 'chunks have come');
      await first.stop();
      room();
      const before = first.committed.length;
      const second = await field.task(config, { incarnation: '2' }).start();
      await isOver(second);
      assert.ok(before >= 1500 && before < ROWS, `${before}`);
      assert.equal(before + second.committed.length, ROWS);
      await field.assertEqual([...first.committed, ...second.committed]);
    });

  it('can be paused, resumed and stopped', async () => {
    const driver = field.task({ 'incremental.snapshot.chunk.size': '100' });
    const room = holdRoom(driver, () => driver.changes.length, 500);
    await driver.start();
    await driver.execute(['public.item']);
    await until(() => driver.committed.length >= 500, 'chunks have come');
    await driver.send({ type: 'pause-snapshot' });
    room();
    await until(() => told(driver).includes('PAUSED'), 'it is paused');
    await database.sql(`INSERT INTO item VALUES (${ROWS + 1}, 1)`);
    await until(() => driver.committed.some(({ op }) => op === 'c'), 'changes go on');
    const count = driver.committed.length;
    await database.sql(`INSERT INTO item VALUES (${ROWS + 2}, 1)`);
    await until(() => driver.committed.filter(({ op }) => op === 'c').length === 2, 'changes go on');
    assert.ok(driver.committed.length <= count + 101, 'nothing is read meanwhile but what had been read already');
    const { state, table: current, tables, chunk, rows } = driver.progress?.incremental ?? {};
    assert.deepEqual([state, current, tables], ['paused', 'public.item', 1]);
    assert.ok(chunk != null && rows !== undefined && rows >= 500);
    assert.deepEqual([chunk.id >= 5, chunk.tableFrom, chunk.tableTo], [true, null, String(ROWS)]);
    assert.ok(Number(chunk.from) >= 400 && Number(chunk.to) - Number(chunk.from) === 100);
    await driver.send({ type: 'resume-snapshot' });
    await isOver(driver);
    assert.equal(driver.progress?.incremental, null);
    assert.equal(driver.committed.filter(({ op }) => op === 'r').length, ROWS);

    const again = holdRoom(driver, () => driver.changes.length, driver.committed.length + 300);
    await driver.execute(['public.item']);
    await until(() => driver.waiting === 0 && driver.committed.length >= ROWS + 302, 'chunks have come');
    await driver.send({ type: 'stop-snapshot', data: '{"type": "incremental"}' });
    again();
    assert.ok(told(driver, 'data_collections').includes('ABORTED public.item'));
    await database.sql('DELETE FROM item WHERE id = 1');
    await until(() => driver.committed.some(({ op }) => op === 'd'), 'changes go on');
    assert.ok(driver.committed.filter(({ op }) => op === 'r').length < 2 * ROWS);
    assert.equal(offsets.partitions.length, 1, 'nothing is left in the offsets');
  });

  it('leaves out tables that it cannot read and reads the others', async () => {
    await database.sql(`CREATE TABLE keyless (v int); INSERT INTO keyless VALUES (1);
      CREATE TABLE nothing (id int PRIMARY KEY, version int);
      CREATE TABLE part (id int PRIMARY KEY, version int); INSERT INTO part SELECT n, 1 FROM generate_series(1, 9) n`);
    const driver = await field.task().start();
    await driver.execute(['public.keyless', 'public.nothing', 'public.part', 'public.missing'], {
      'additional-conditions': [{ 'data-collection': 'public.part', filter: 'id > 6' }],
    });
    await isOver(driver);
    const scans = told(driver).filter((text) => text.startsWith('TABLE_SCAN'));
    assert.deepEqual(scans, [
      'TABLE_SCAN_COMPLETED UNKNOWN_SCHEMA',
      'TABLE_SCAN_COMPLETED NO_PRIMARY_KEY',
      'TABLE_SCAN_COMPLETED EMPTY',
      'TABLE_SCAN_COMPLETED SUCCEEDED',
    ]);
    assert.deepEqual(
      driver.committedSeen.map(({ after }) => after?.['id']),
      ['7', '8', '9'],
    );
    await driver.execute(['public.part'], {
      'additional-conditions': [{ 'data-collection': 'public.part', filter: 'nope' }],
    });
    await isOver(driver, 2);
    assert.equal(
      told(driver)
        .filter((text) => text.startsWith('TABLE_SCAN'))
        .at(-1),
      'TABLE_SCAN_COMPLETED SQL_EXCEPTION',
    );
  });

  it('leaves a table out that cannot be read to its end, after what was read of it, also by several connections', async () => {
    const driver = await field.task({ 'incremental.snapshot.chunk.size': '100', 'snapshot.max.threads': '3' }).start();
    await driver.execute(['public.item'], {
      'additional-conditions': [{ 'data-collection': 'public.item', filter: '1 / (id - 4321) < 2' }],
    });
    await isOver(driver);
    const scans = told(driver).filter((text) => text.startsWith('TABLE_SCAN'));
    assert.deepEqual(scans, ['TABLE_SCAN_COMPLETED SQL_EXCEPTION']);
    const ids = driver.committedSeen.map(({ after }) => Number(after?.['id']));
    assert.ok(ids.length <= 4300 && ids.every((id, index) => id === index + 1), `${ids.length} rows`);
  });

  for (const [what, columns, key] of [
    ['two columns', 'n / 100 AS id, (n % 100)::text AS part', '(id, part)'],
    ['text in the order of the database', `md5(n::text) || ' é''' || n AS id`, '(id)'],
    ['uuids', `md5(n::text)::uuid AS id`, '(id)'],
    ['numerics', '(n * 1.5)::numeric AS id', '(id)'],
    ['bytes', 'int4send(n::int) AS id', '(id)'],
    ['blank padded text', `(n || 'x')::char(12) AS id`, '(id)'],
    ['times', `'2020-01-01 12:00+02'::timestamptz + n * interval '1 minute' AS id`, '(id)'],
  ] as const)
    it(`reads every row once of a table with a key of ${what}`, async () => {
      await database.sql(`DROP TABLE item; CREATE TABLE item AS SELECT ${columns}, n AS number FROM generate_series(1, 2000) n ORDER BY random();
        ALTER TABLE item ADD PRIMARY KEY ${key}`);
      const driver = await field.task({ 'incremental.snapshot.chunk.size': '300' }).start();
      await driver.execute(['public.item']);
      await isOver(driver);
      const numbers = driver.committedSeen.map(({ after }) => Number(after?.['number'])).sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        Array.from({ length: 2000 }, (_, index) => index + 1),
      );
    });

  it('reads on with the new columns when the table is altered or rewritten under it', async () => {
    const driver = field.task({ 'incremental.snapshot.chunk.size': '200' });
    const room = holdRoom(driver, () => driver.changes.length, 400);
    await driver.start();
    await driver.execute(['public.item']);
    await until(() => driver.committed.length >= 400, 'chunks have come');
    await database.sql(
      `ALTER TABLE item ADD COLUMN more text DEFAULT 'yes'; ALTER TABLE item ALTER version TYPE bigint`,
    );
    await database.sql('VACUUM FULL item');
    room();
    await isOver(driver);
    await field.assertEqual(driver.committed);
    assert.equal(driver.committedSeen.at(-1)?.after?.['more'], 'yes');
  });

  it('reads tables that the filters have added, where that is wanted, while changes stream on', async () => {
    await database.sql(
      `CREATE TABLE added (id int PRIMARY KEY, version int); INSERT INTO added SELECT n, 1 FROM generate_series(1, 9) n`,
    );
    const config = { 'publication.autocreate.mode': 'filtered', 'millrace.snapshot.added.tables': 'true' };
    const first = await field.task({ ...config, 'table.include.list': 'public.item' }).start();
    await until(() => offsets.partitions.length === 2, 'the filters are known');
    await first.stop();
    const both = { ...config, 'table.include.list': 'public.item,public.added' };
    const second = await field.task(both, { incarnation: '2' }).start();
    await isOver(second);
    assert.deepEqual(
      second.committedSeen.map(({ op, table: name }) => `${op} ${name}`),
      Array.from({ length: 9 }, () => 'r added'),
    );
    await second.stop();
    const third = await field.task(both, { incarnation: '3' }).start();
    await database.sql('UPDATE added SET version = 2 WHERE id = 3');
    await until(() => third.committed.length > 0, 'the change comes');
    assert.deepEqual(
      third.committedSeen.map(({ op }) => op),
      ['u'],
    );
  });

  it('does not stand in the way of ALTER TABLE, nor wait for it with the table locked', async () => {
    const driver = await field.task({ 'incremental.snapshot.chunk.size': '20' }).start();
    await driver.execute(['public.item']);
    for (let column = 0; column < 20; column += 1)
      await database.sql(`ALTER TABLE item ADD COLUMN c${column} int DEFAULT ${column}`);
    await isOver(driver);
    await field.assertEqual(driver.committed);
  });

  for (const threads of [1, 3])
    it(`bounds chunks by bytes as well, and shows each row once: ${threads} at a time`, async () => {
      await database.sql(
        `TRUNCATE item; INSERT INTO item SELECT n, 1, repeat('y', 50000) FROM generate_series(1, 40) n`,
      );
      const driver = field.task({
        'incremental.snapshot.chunk.size': '30',
        'millrace.snapshot.chunk.bytes': '200000',
        'snapshot.max.threads': String(threads),
      });
      let largest = 0;
      const keep = driver.onBatch;
      driver.onBatch = (batch) => {
        largest = Math.max(largest, batch.events.filter(({ kind }) => kind === 'row').length);
        keep(batch);
      };
      await driver.start();
      await driver.execute(['public.item']);
      await isOver(driver);
      await field.assertEqual(driver.committed);
      assert.equal(driver.committed.length, 40);
      assert.ok(largest <= 5, `${largest} rows in a batch`);
    });

  it('is not all that is told: the initial snapshot is, too', async () => {
    const driver = await field.task({ 'snapshot.mode': 'initial' }).start();
    await until(() => told(driver).includes('COMPLETED'), 'it is told');
    assert.deepEqual(told(driver), ['STARTED', 'IN_PROGRESS', 'TABLE_SCAN_COMPLETED SUCCEEDED', 'COMPLETED']);
    assert.ok(told(driver, 'current_collection_in_progress').includes('IN_PROGRESS public.item'));
    assert.ok(told(driver, 'data_collections').includes('IN_PROGRESS public.item'));
    assert.ok(told(driver, 'total_rows_scanned').includes(`TABLE_SCAN_COMPLETED ${ROWS}`));
  });
});

async function waitsFor(driver: TaskDriver, reason: string): Promise<void> {
  const isReason = ({ message, fields }: TaskDriver['logged'][number]): boolean =>
    message === 'the incremental snapshot waits' && fields['reason'] === reason;
  await until(() => driver.logged.some(isReason), `the snapshot waits: ${reason}`);
}
