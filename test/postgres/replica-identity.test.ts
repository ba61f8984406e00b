import assert from 'node:assert/strict';
import { servers } from '../support/servers.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase } from './support/test-database.ts';

describe('replica.identity.autoset.values on a server', () => {
  let database: TestDatabase;
  let driver: TaskDriver;

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    for (const name of ['whole', 'plain', 'indexed', 'other'])
      await database.sql(
        `CREATE TABLE ${name} (id int PRIMARY KEY, code text NOT NULL CONSTRAINT ${name}_code UNIQUE)`,
      );
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  it('is what tables have before the first change is read, and a table that cannot be changed stays as it is', async () => {
    await database.sql('ALTER TABLE plain REPLICA IDENTITY FULL');
    const rules = 'public.whole:FULL,public.plain:DEFAULT,public.indexed:INDEX indexed_code,public.other:INDEX none';
    driver = await new TaskDriver({ config: database.config({ 'replica.identity.autoset.values': rules }) }).start();
    const identities = await database.sql(
      `SELECT relname::text AS name, relreplident::text AS identity FROM pg_class WHERE relname = ANY ($1) ORDER BY relname`,
      [['whole', 'plain', 'indexed', 'other']],
    );
    assert.deepEqual(
      identities.map(({ name, identity }) => [name, identity]),
      [
        ['indexed', 'i'],
        ['other', 'd'],
        ['plain', 'd'],
        ['whole', 'f'],
      ],
    );
    const warned = driver.logged.filter(({ message }) => message === 'the replica identity could not be set');
    assert.deepEqual(
      warned.map(({ fields }) => fields['table']),
      ['public.other'],
    );
    await database.sql(`INSERT INTO whole VALUES (1, 'a')`);
    await database.sql(`UPDATE whole SET code = 'b'`);
    const [, update] = await driver.waitForChanges(2);
    assert.deepEqual(update?.before, { id: '1', code: 'a' });
  });
});
