import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import { postgres15Binaries } from '../../scripts/stack/postgres-binaries.ts';
import { servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase } from './support/test-database.ts';

describe('PostgreSQL 15', () => {
  it('is validated, read and streamed like the newest, and gone on with', async function () {
    if ((await postgres15Binaries().catch(() => undefined)) === undefined) {
      if (this.test !== undefined) this.test.title += ' (PostgreSQL 15 is not installed)';
      this.skip();
    }
    const server = await servers().postgres15();
    const database = await TestDatabase.create(server.address);
    await database.sql(`CREATE TYPE mood AS ENUM ('ok', 'late');
      CREATE TABLE item (id int PRIMARY KEY, m mood DEFAULT 'ok', n numeric(6,2)); INSERT INTO item VALUES (1, 'late', 1)`);
    const offsets = new OffsetStore();
    const config = database.config({ 'snapshot.mode': 'initial', 'publication.autocreate.mode': 'filtered' });
    assert.deepEqual(await postgresConnector.validate(config, AbortSignal.timeout(30_000)), []);
    let driver = await new TaskDriver({ config, offsets }).start();
    await database.sql('INSERT INTO item VALUES (2)');
    assert.deepEqual(
      (await driver.waitForChanges(2)).map(({ op, after }) => [op, after]),
      [
        ['r', { id: '1', m: 'late', n: '1.00' }],
        ['c', { id: '2', m: 'ok', n: null }],
      ],
    );
    assert.equal(driver.changes[1]?.table.columns[1]?.defaultText, 'ok');
    await driver.stop();
    await database.sql('UPDATE item SET id = 3 WHERE id = 2');
    driver = await new TaskDriver({ config, offsets, incarnation: '2' }).start();
    assert.equal((await driver.waitForChanges(1)).at(-1)?.after?.['id'], '3');
    await driver.stop();
    await database.drop();
  });
});
