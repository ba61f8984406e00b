import assert from 'node:assert/strict';
import { servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

describe('source.xmin', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY)');
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  const xmins = (): unknown[] => driver.changes.map(({ transaction }) => transaction.xmin);

  it('is what the slot keeps of the catalog, as it was looked at last', async () => {
    driver = await new TaskDriver({ config: database.config({ 'xmin.fetch.interval.ms': '20' }) }).start();
    const query = 'SELECT catalog_xmin FROM pg_replication_slots WHERE slot_name = $1';
    const first = Number(await database.value(query, [database.name]));
    await database.sql('INSERT INTO item VALUES (1)');
    await driver.waitForChanges(1);
    assert.deepEqual(xmins(), [first]);
    // The server moves it with what is confirmed, at the next list of running transactions in the log: a checkpoint writes one.
    let id = 1;
    await until(async () => {
      id += 1;
      await database.sql('CHECKPOINT');
      await database.sql('INSERT INTO item VALUES ($1)', [id]);
      await driver.waitForChanges(id);
      return Number(xmins().at(-1)) > first;
    }, 'it has moved');
  });

  it('is not asked for by default', async () => {
    driver = await new TaskDriver({ config: database.config() }).start();
    await database.sql('INSERT INTO item VALUES (1)');
    await driver.waitForChanges(1);
    assert.deepEqual(xmins(), [undefined]);
  });
});
