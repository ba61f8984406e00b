import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { CountingProxy } from './support/counting-proxy.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase } from './support/test-database.ts';

const STATEMENTS = 1000;
/** Of what the server says: positions are longer or shorter as text, and the slot is looked at now and then. */
const TOLERANCE_BYTES = 4096;
/** PostgreSQL 14 sends begin and end of each transaction that has no row for the slot (about 110 bytes with their envelopes). */
const EMPTY_TRANSACTION_BYTES = postgresVersion() < 15 ? 128 : 0;

describe('a start after a thousand DDL statements', () => {
  let database: TestDatabase;
  let proxy: CountingProxy;
  let offsets: OffsetStore;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    proxy = await CountingProxy.open();
    proxy.forwardTo(servers().postgres.address.port);
    offsets = new OffsetStore();
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text); CREATE TABLE other (id int PRIMARY KEY)');
  });

  afterEach(async () => {
    await proxy.close();
    await database.drop();
  });

  /** Runs the task until the change of a statement has come: the change with its columns, and what the server has said. */
  async function changeOf(statement: string): Promise<{ readonly columns: string[]; readonly bytes: number }> {
    const before = proxy.answered;
    const own = { 'database.hostname': '127.0.0.1', 'database.port': String(proxy.port) };
    const driver = await new TaskDriver({ config: database.config(own), offsets }).start();
    await database.sql(statement);
    await driver.waitForChanges(1);
    const bytes = proxy.answered - before;
    await driver.stop();
    const [change] = driver.changes;
    assert.deepEqual([driver.changes.length, driver.seen[0]?.op], [1, 'c']);
    return { columns: change?.table.columns.map(({ name }) => name) ?? [], bytes };
  }

  it('replays no history: nothing of them is stored or read, and changes have the columns of now', async () => {
    await changeOf(`INSERT INTO item VALUES (1, 'a')`);
    const usual = await changeOf(`INSERT INTO item VALUES (2, 'b')`);
    assert.deepEqual(usual.columns, ['id', 'name']);
    for (let n = 1; n <= STATEMENTS / 4; n += 1)
      for (const table of ['item', 'other']) {
        await database.sql(`ALTER TABLE ${table} ADD c${n} int NOT NULL DEFAULT ${n}`);
        await database.sql(`ALTER TABLE ${table} DROP c${n}`);
      }
    await database.sql('ALTER TABLE item RENAME name TO title');
    const after = await changeOf(`INSERT INTO item VALUES (3, 'c')`);
    assert.deepEqual(after.columns, ['id', 'title']);
    const tolerance = TOLERANCE_BYTES + STATEMENTS * EMPTY_TRANSACTION_BYTES;
    assert.ok(Math.abs(after.bytes - usual.bytes) < tolerance, `${after.bytes} instead of ${usual.bytes} bytes`);
    assert.deepEqual(offsets.partitions, [{ server: database.name }]);
  });
});
