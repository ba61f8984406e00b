import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { openSpoolFiles } from './support/spool-watch.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

/** 5,000,000 for the proof. */
const ROWS = Number(process.env['MILLRACE_TRANSACTION_ROWS'] ?? '1000000');
const MAX_GROWTH = 150_000_000;
const PATIENCE_MS = 60_000 + ROWS / 10;
const many = ROWS.toLocaleString('en');

describe(`a transaction of ${many} rows`, function () {
  this.timeout(2 * PATIENCE_MS);

  for (const [when, inProgress] of [
    ['sent at its end', 'false'],
    ['sent while it runs', 'true'],
  ] as const)
    it(`${when} passes without growing the memory of the task`, async function () {
      // Those before 14 send them at their end only.
      if (inProgress === 'true' && postgresVersion() < 14) this.skip();
      const database = await TestDatabase.create(servers().postgres.address);
      await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
      const driver = await new TaskDriver({
        config: database.config({ 'millrace.stream.in.progress': inProgress }),
      }).start();
      await database.sql(`INSERT INTO item VALUES (0, 'first')`);
      await driver.waitForChanges(1);
      let rows = 0;
      let spooled = 0;
      const idle = process.memoryUsage.rss();
      let largest = idle;
      const measure = (): void => void (largest = Math.max(largest, process.memoryUsage.rss()));
      const timer = setInterval(() => {
        measure();
        void openSpoolFiles().then((files) => (spooled = Math.max(spooled, files)));
      }, 100);
      driver.onBatch = (batch) => {
        rows += batch.events.length;
        measure();
      };
      await database.sql(`INSERT INTO item SELECT n, repeat('x', 150) FROM generate_series(1, ${ROWS}) n`);
      await until(() => rows >= ROWS, 'all rows have come', PATIENCE_MS);
      clearInterval(timer);
      const grown = Math.round((largest - idle) / 1e6);
      console.log(`      ${when}: grew by ${grown} MB from ${Math.round(idle / 1e6)} MB`);
      assert.equal(rows, ROWS);
      assert.equal(spooled > 0, inProgress === 'true');
      assert.ok(largest - idle < MAX_GROWTH, `grew by ${grown} MB`);
      await driver.stop();
      await database.drop();
    });

  it('that is rolled back delivers nothing', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
    const driver = await new TaskDriver({ config: database.config() }).start();
    await database.sql(
      `BEGIN; INSERT INTO item SELECT n, repeat('x', 100) FROM generate_series(1, ${ROWS}) n; ROLLBACK`,
    );
    await database.sql(`INSERT INTO item VALUES (0, 'behind')`);
    await until(() => driver.changes.length > 0, 'what was committed behind it has come', PATIENCE_MS);
    assert.deepEqual(
      driver.seen.map(({ after }) => after?.['id']),
      ['0'],
    );
    await driver.stop();
    await database.drop();
  });
});
