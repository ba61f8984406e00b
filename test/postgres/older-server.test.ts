import assert from 'node:assert/strict';
import { postgresConnector } from '../../connectors/postgres/connector.ts';
import { OLDER_POSTGRES, postgresArchive } from '../../scripts/stack/postgres-packages.ts';
import type { PostgresServer } from '../../scripts/stack/postgres-server.ts';
import { servers } from '../support/servers.ts';
import { EveryColumn } from './support/every-column.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase } from './support/test-database.ts';

for (const version of OLDER_POSTGRES) {
  describe(`PostgreSQL ${version}`, () => {
    const name = `postgres-older-${version}`;
    let server: PostgresServer | undefined;

    before(async () => {
      if (postgresArchive(version) === undefined) return;
      server = await servers().stack.start(`postgres${version}`, { as: name });
    });

    after(async () => {
      if (server !== undefined) await servers().stack.stop(name);
    });

    it('is validated, read and streamed like the newest, with every type, and gone on with', async function () {
      if (server === undefined) {
        if (this.test !== undefined) this.test.title += ` (there is no package of it for this platform)`;
        return this.skip();
      }
      const database = await TestDatabase.create(server.address);
      const major = Math.floor(Number(await database.value('SHOW server_version_num')) / 10_000);
      assert.equal(major, version);
      const every = new EveryColumn(version);
      await every.create(database);
      await database.sql('ALTER TABLE everything ALTER c0 SET DEFAULT true');
      await database.sql(every.insert(1));
      const offsets = new OffsetStore();
      const config = database.config({
        'snapshot.mode': 'initial',
        'publication.autocreate.mode': 'filtered',
        'skipped.operations': 'none',
        'slot.failover': 'true',
      });
      assert.deepEqual(await postgresConnector.validate(config, AbortSignal.timeout(30_000)), []);

      let driver = await new TaskDriver({ config, offsets }).start();
      await database.sql(every.insert(2));
      await database.sql('UPDATE everything SET c0 = false WHERE id = 2');
      await database.sql('DELETE FROM everything WHERE id = 1');
      await database.sql('TRUNCATE everything');
      const table = 'everything';
      assert.deepEqual(await driver.waitForChanges(5), [
        { op: 'r', table, before: null, after: every.row(1) },
        { op: 'c', table, before: null, after: every.row(2) },
        { op: 'u', table, before: null, after: every.row(2, { c0: 'f' }) },
        { op: 'd', table, before: every.keyOnly(1), after: null },
        { op: 't', table, before: null, after: null },
      ]);
      for (const change of driver.changes)
        assert.deepEqual(
          change.table.columns.map(({ type }) => type),
          every.kinds,
        );
      assert.equal(driver.changes[1]?.table.columns[1]?.defaultText, 't');
      // The column is there from 17 on, as are slots that are copied to standbys.
      const failover = `SELECT to_jsonb(s) ->> 'failover' FROM pg_replication_slots s WHERE slot_name = $1`;
      assert.equal(await database.value(failover, [database.name]), version >= 17 ? 'true' : 'null');
      await driver.stop();

      await database.sql(every.insert(3));
      await database.sql('UPDATE everything SET id = 4');
      driver = await new TaskDriver({ config, offsets, incarnation: '2' }).start();
      assert.deepEqual(await driver.waitForChanges(2), [
        { op: 'c', table, before: null, after: every.row(3) },
        { op: 'u', table, before: every.keyOnly(3), after: every.row(4) },
      ]);
      await driver.stop();
      await database.drop();
    });
  });
}
