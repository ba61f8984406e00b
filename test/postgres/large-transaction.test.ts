import assert from 'node:assert/strict';
import { servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

const ROWS = 1_000_000;
const MAX_GROWTH = 150_000_000;

describe('a transaction of 1,000,000 rows', () => {
  it('passes without growing the memory of the task', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    const driver = await new TaskDriver({ config: database.config() }).start();
    await database.sql(`INSERT INTO item VALUES (0, 'first')`);
    await driver.waitForChanges(1);
    let rows = 0;
    let largest = 0;
    const idle = process.memoryUsage.rss();
    driver.onBatch = (batch) => {
      rows += batch.events.length;
      largest = Math.max(largest, process.memoryUsage.rss());
    };
    await database.sql(`INSERT INTO item SELECT n, repeat('x', 150) FROM generate_series(1, ${ROWS}) n`);
    await until(() => rows >= ROWS, 'all rows have come', 100_000);
    assert.equal(rows, ROWS);
    assert.ok(largest - idle < MAX_GROWTH, `grew by ${Math.round((largest - idle) / 1e6)} MB`);
    await driver.stop();
    await database.drop();
  });
});
