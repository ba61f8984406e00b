import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('initial snapshot of PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  const initial = { 'snapshot.mode': 'initial' };

  it('reads all rows that exist and then every change, each row marked as Debezium does', async () => {
    await database.sql(
      `CREATE TABLE a (id int PRIMARY KEY, name text); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY)`,
    );
    await database.sql(
      `INSERT INTO a VALUES (1, 'one'), (2, E'tab\\tand\\nline \\\\N'), (3, NULL); INSERT INTO c VALUES (1), (2)`,
    );
    driver = await new TaskDriver({ config: database.config(initial) }).start();
    await database.sql(`INSERT INTO b VALUES (9)`);
    assert.deepEqual(
      (await driver.waitForChanges(6)).map(({ op, table, after }) => [op, table, after]),
      [
        ['r', 'a', { id: '1', name: 'one' }],
        ['r', 'a', { id: '2', name: 'tab\tand\nline \\N' }],
        ['r', 'a', { id: '3', name: null }],
        ['r', 'c', { id: '1' }],
        ['r', 'c', { id: '2' }],
        ['c', 'b', { id: '9' }],
      ],
    );
    assert.deepEqual(
      driver.changes.map(({ transaction }) => transaction.snapshot),
      ['first', 'true', 'last_in_data_collection', 'first_in_data_collection', 'last', 'false'],
    );
  });

  it('stores offsets with the marks of a snapshot until it is completed, and completed ones at its end', async () => {
    await database.sql('CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)');
    const states: unknown[] = [];
    driver = new TaskDriver({ config: database.config(initial) });
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      for (const { partition, offset } of batch.offsets)
        if (Object.keys(partition).length === 1)
          states.push([offset?.['millrace.state'], offset?.['snapshot'], offset?.['snapshot_completed']]);
    };
    await driver.start();
    assert.deepEqual(states.slice(0, 3), [
      ['creating', 'INITIAL', false],
      ['snapshot', 'INITIAL', false],
      ['stream', 'INITIAL', true],
    ]);
    await database.sql('INSERT INTO a VALUES (2)');
    await driver.waitForChanges(2);
    await until(() => driver.offset?.['snapshot'] === undefined, 'the offset is one of streaming');
  });

  it('takes no snapshot for a connector that has an offset', async () => {
    await database.sql('CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)');
    const offsets = new OffsetStore();
    const config = database.config(initial);
    driver = await new TaskDriver({ config, offsets }).start();
    await driver.stop();
    driver = await new TaskDriver({ config, offsets, incarnation: '2' }).start();
    await database.sql('INSERT INTO a VALUES (2)');
    assert.equal((await driver.waitForChanges(1))[0]?.op, 'c');
  });

  it('completes at once when there is nothing to read', async () => {
    driver = await new TaskDriver({ config: database.config(initial) }).start();
    await until(() => driver.offset?.['snapshot_completed'] === true, 'the completed snapshot is stored');
  });

  it('loses no deletion when it is killed in its middle while rows are deleted', async () => {
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, name text);
      INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n`);
    const config = database.config({ ...initial, 'millrace.snapshot.chunk.bytes': '1000000' });
    const offsets = new OffsetStore();
    const state = new Map<string, string>();
    driver = new TaskDriver({ config, offsets });
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (driver.committed.length > 1000) driver.room = room.promise.then(() => undefined);
    };
    void driver.run();
    await until(() => driver.committed.length > 1000 && driver.waiting > 0, 'a chunk after the first is in its middle');
    // Rows that consumers have seen and rows that they have not; then the process is gone.
    await database.sql('DELETE FROM item WHERE id <= 500 OR id > 19500');
    const seenFirst = driver.committedSeen;
    const first = seenFirst.length;
    assert.ok(first < 19_000);
    await driver.stop();
    assert.equal(driver.offset?.['millrace.state'], 'snapshot');
    const from = driver.offset['lsn'];

    driver = new TaskDriver({ config, offsets, incarnation: '2' });
    const second = driver;
    await second.start();
    assert.ok(second.logged.some(({ message, fields }) => message === 'streaming' && fields['from'] !== undefined));
    // The chunks that were left, by a snapshot of after the deletions, and the deletions of rows that consumers had.
    await second.waitForChanges(20_000 - first - 500 + 500);
    assert.ok(second.logged.some(({ message }) => message === 'snapshot goes on where it was interrupted'));
    for (const { op, before, after } of [...seenFirst, ...second.seen]) {
      if (op === 'd') state.delete(before?.['id'] ?? '');
      else state.set(after?.['id'] ?? '', after?.['name'] ?? '');
    }
    const rows = await database.sql('SELECT id::text, name FROM item');
    assert.deepEqual(
      new Map([...state].sort()),
      new Map(rows.map(({ id, name }) => [String(id), String(name)] as const).sort()),
    );
    assert.equal(second.changes.filter(({ op }) => op === 'd').length, 500, 'it streamed from where the slot began');
    assert.equal(second.changes[0]?.transaction.commitLsn, from);
  });

  it('begins anew with a new slot when it was killed between its first offset and the slot', async () => {
    await database.sql('CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)');
    const offsets = new OffsetStore();
    offsets.set({ server: database.name }, { 'millrace.state': 'creating', 'millrace.slot': database.name });
    await database.sql(`SELECT pg_create_logical_replication_slot('${database.name}', 'pgoutput')`);
    const before = await database.confirmed();
    driver = await new TaskDriver({ config: database.config(initial), offsets }).start();
    assert.equal((await driver.waitForChanges(1))[0]?.op, 'r');
    assert.notEqual(await database.confirmed(), before);
  });

  it('keeps a slot that somebody else has made, and streams from where that is', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY); CREATE PUBLICATION ${database.name} FOR ALL TABLES`);
    await database.sql(`SELECT pg_create_logical_replication_slot('${database.name}', 'pgoutput')`);
    await database.sql('INSERT INTO a VALUES (1)');
    driver = await new TaskDriver({ config: database.config(initial) }).start();
    const changes = await driver.waitForChanges(2);
    assert.deepEqual(
      changes.map(({ op, after }) => [op, after?.['id']]),
      [
        ['r', '1'],
        ['c', '1'],
      ],
    );
  });

  it('reads a table again that was rewritten between the snapshot and its turn', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY, note text);
      INSERT INTO a SELECT n, repeat('x', 500) FROM generate_series(1, 200) n;
      CREATE TABLE b (id int PRIMARY KEY, n int); INSERT INTO b SELECT n, n FROM generate_series(1, 10) n`);
    driver = new TaskDriver({ config: database.config(initial) });
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      // The offset-only batches before the first row must pass.
      if (driver.logged.some(({ message }) => message === 'snapshot begins'))
        driver.room ??= room.promise.then(() => undefined);
    };
    void driver.run();
    await driver.waitForLog('snapshot begins');
    await until(() => driver.room !== undefined, 'the first table has been read');
    // Rewrites the table: to the snapshot, which is older, it then looks empty.
    await database.sql('ALTER TABLE b ALTER n TYPE bigint');
    driver.room = undefined;
    room.resolve(undefined);
    await driver.waitForLog('streaming');
    assert.equal(driver.changes.filter(({ table }) => table.table === 'b').length, 10);
    assert.equal(driver.changes.at(-1)?.transaction.snapshot, 'last');
  });

  it('begins again by itself when its connection is cut', async () => {
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, name text);
      INSERT INTO item SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n`);
    driver = new TaskDriver({ config: database.config(initial) });
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (driver.changes.length > 1000 && driver.batches < 1000) driver.room = room.promise.then(() => undefined);
    };
    void driver.run();
    await until(() => driver.changes.length > 1000, 'the snapshot is in its middle');
    await database.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'`);
    driver.onBatch = keep;
    driver.room = undefined;
    room.resolve(undefined);
    await driver.waitForLog('snapshot completed');
    assert.ok(driver.changes.length > 20_000);
    assert.equal(driver.changes.at(-1)?.transaction.snapshot, 'last');
  });

  it('reads what the publication sends: its columns and rows', async function () {
    if (postgresVersion() < 15) {
      if (this.test !== undefined) this.test.title += ' (publications have column lists and row filters from 15 on)';
      this.skip();
    }
    await database.sql(`CREATE TABLE item (id int PRIMARY KEY, name text, secret text);
      INSERT INTO item VALUES (1, 'one', 's'), (2, 'two', 's');
      CREATE PUBLICATION ${database.name} FOR TABLE item (id, name) WHERE (id > 1)`);
    driver = await new TaskDriver({ config: database.config(initial) }).start();
    await database.sql(`INSERT INTO item VALUES (3, 'three', 's')`);
    const [row, change] = await driver.waitForChanges(2);
    assert.deepEqual(
      [row?.after, change?.after],
      [
        { id: '2', name: 'two' },
        { id: '3', name: 'three' },
      ],
    );
    assert.deepEqual(driver.changes[0]?.table, driver.changes[1]?.table);
  });

  describe('of which some tables are read by a query of the operator’s', () => {
    const own = (query: string): Record<string, string> => ({
      ...initial,
      'snapshot.select.statement.overrides': 'public.item',
      'snapshot.select.statement.overrides.public.item': query,
    });

    beforeEach(() =>
      database.sql(`CREATE TABLE item (id int PRIMARY KEY, name text, note text, n int NOT NULL DEFAULT 0);
        INSERT INTO item VALUES (1, 'one', 'x'), (2, 'two', 'y'), (3, 'three', 'z');
        CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other VALUES (9)`),
    );

    it('gives what the query gives, by names, in the form of the table', async () => {
      const query = `SELECT 7 AS n, upper(name) AS name, id::text AS id FROM item WHERE id > 1 -- the newer ones`;
      driver = await new TaskDriver({ config: database.config(own(query)) }).start();
      await database.sql(`UPDATE item SET note = 'w' WHERE id = 1`);
      const changes = await driver.waitForChanges(4);
      assert.deepEqual(
        changes.map(({ op, table, after }) => [op, table, after]),
        [
          ['r', 'item', { id: '2', name: 'TWO', note: null, n: '7' }],
          ['r', 'item', { id: '3', name: 'THREE', note: null, n: '7' }],
          ['r', 'other', { id: '9' }],
          ['u', 'item', { id: '1', name: 'one', note: 'w', n: '0' }],
        ],
      );
      assert.equal(driver.changes[0]?.table, driver.changes[1]?.table);
      assert.deepEqual(driver.changes[0]?.table, driver.changes[3]?.table);
    });

    for (const [what, query, message] of [
      ['lacks the key', 'SELECT name, n FROM item', /must give id, which cannot be NULL/],
      ['lacks a column that cannot be NULL', 'SELECT id FROM item', /must give n/],
      ['has a column that the table has not', 'SELECT *, 1 AS extra FROM item', /has no column extra/],
      ['reads what is not there', 'SELECT * FROM itm', /relation "itm" does not exist/],
      ['is no query', 'SELEC', /syntax error/],
    ] as const)
      it(`fails, and says why, when the query ${what}`, async () => {
        driver = new TaskDriver({ config: database.config(own(query)) });
        await assert.rejects(driver.run(), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'CONFIG_INVALID');
          assert.match(error.message, /snapshot\.select\.statement\.overrides\.public\.item/);
          return message.test(error.message);
        });
        assert.equal(driver.changes.length, 0);
      });
  });

  it('reads the tables of snapshot.include.collection.list alone, in the order of the list', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);
      CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1);
      CREATE TABLE c1 (id int PRIMARY KEY); INSERT INTO c1 VALUES (1);
      CREATE TABLE c2 (id int PRIMARY KEY); INSERT INTO c2 VALUES (1)`);
    const only = { ...initial, 'snapshot.include.collection.list': 'public\\.c\\d,public.a' };
    driver = await new TaskDriver({ config: database.config(only) }).start();
    await database.sql('INSERT INTO b VALUES (2)');
    const changes = await driver.waitForChanges(4);
    assert.deepEqual(
      changes.map(({ op, table }) => `${op} ${table}`),
      ['r c1', 'r c2', 'r a', 'c b'],
    );
  });

  it('reads tables by their number of rows where that is asked for', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 3);
      CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1); ANALYZE`);
    const ordered = { ...initial, 'snapshot.tables.order.by.row.count': 'ascending' };
    driver = await new TaskDriver({ config: database.config(ordered) }).start();
    assert.deepEqual(
      driver.seen.map(({ table }) => table),
      ['b', 'a', 'a', 'a'],
    );
  });

  it('keeps its snapshot when a table is locked for longer than snapshot.lock.timeout.ms', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY, note text);
      INSERT INTO a SELECT n, repeat('x', 500) FROM generate_series(1, 200) n;
      CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1);
      CREATE TABLE c (id int PRIMARY KEY); INSERT INTO c VALUES (1)`);
    driver = new TaskDriver({ config: database.config({ ...initial, 'snapshot.lock.timeout.ms': '50' }) });
    const room = Promise.withResolvers<undefined>();
    const keep = driver.onBatch;
    driver.onBatch = (batch) => {
      keep(batch);
      if (driver.changes.length > 0) driver.room ??= room.promise.then(() => undefined);
    };
    void driver.run();
    await until(() => driver.room !== undefined, 'the first table has been read');
    const other = await database.session();
    await other.query('BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE');
    driver.room = undefined;
    driver.onBatch = keep;
    room.resolve(undefined);
    await driver.waitForLog('the snapshot waits for a table that somebody has locked (snapshot.lock.timeout.ms)');
    // Not to be seen by the snapshot that it began with.
    await database.sql('INSERT INTO c VALUES (2)');
    await other.query('COMMIT');
    await other.end();
    await driver.waitForLog('streaming');
    await driver.waitForChanges(203);
    assert.deepEqual(
      driver.seen.slice(200).map(({ op, table, after }) => [op, table, after?.['id']]),
      [
        ['r', 'b', '1'],
        ['r', 'c', '1'],
        ['c', 'c', '2'],
      ],
    );
    assert.ok(
      driver.logged.every(({ fields }) => fields['epoch'] === undefined),
      'no other snapshot was taken',
    );
  });

  it('goes on when its tables are altered while it reads: it does not wait with a table locked for what waits for that lock', async () => {
    await database.sql(`CREATE TABLE a (id int PRIMARY KEY, note text DEFAULT 'none');
      INSERT INTO a SELECT n, repeat('x', 500) FROM generate_series(1, 4000) n; ANALYZE a`);
    driver = new TaskDriver({ config: database.config({ ...initial, 'millrace.snapshot.chunk.bytes': '65536' }) });
    const running = driver.run();
    running.catch(() => undefined);
    await until(() => driver.changes.length > 0, 'the first chunk has come');
    for (let column = 0; column < 20; column += 1)
      await database.sql(`ALTER TABLE a ADD COLUMN c${column} int DEFAULT ${column}`);
    await driver.waitForLog('snapshot completed');
    const ids = new Set(driver.seen.map(({ after }) => after?.['id']));
    assert.equal(ids.size, 4000);
    assert.equal(driver.seen.at(-1)?.after?.['c19'], '19');
  });
});
