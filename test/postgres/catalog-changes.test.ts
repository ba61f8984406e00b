import assert from 'node:assert/strict';
import { catalogTime, changedTables, uniqueIndexes } from '../../connectors/postgres/catalog/catalog-changes.ts';
import { SessionOpener } from '../../connectors/postgres/connection/session-opener.ts';
import type { Session } from '../../connectors/postgres/connection/session.ts';
import { parseConfig } from '../../connectors/postgres/source-config.ts';
import { servers } from '../support/servers.ts';
import { TestDatabase } from './support/test-database.ts';

describe('what has changed in the catalog of PostgreSQL', () => {
  let database: TestDatabase;
  let session: Session;

  before(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    session = await new SessionOpener(parseConfig(database.config({})), 'test', new AbortController().signal).sql();
    await database.sql("CREATE TYPE mood AS ENUM ('fine'); CREATE SCHEMA other");
  });

  after(async () => {
    await session.close();
    await database.drop();
  });

  /** Whether a table counts as changed, or gone, after a statement. */
  const isChangedBy = async (statement: string, columns = 'id int PRIMARY KEY, v text'): Promise<boolean> => {
    await database.sql(`CREATE TABLE other.item (${columns})`);
    const [row] = await session.query(
      `SELECT oid::int8::float8 AS oid, ${uniqueIndexes('c')} AS indexes FROM pg_class c WHERE oid = 'other.item'::regclass`,
    );
    const [oid, indexes] = [Number(row?.['oid']), Number(row?.['indexes'])];
    const since = await catalogTime(session);
    const session2 = await database.session();
    await session2.query(statement);
    await session2.end();
    const changed = await changedTables(session, new Map([[oid, indexes]]), since);
    await database.sql(`CREATE SCHEMA IF NOT EXISTS other; DROP TABLE IF EXISTS other.item, other.thing, another.item`);
    return changed.includes(oid);
  };

  for (const statement of [
    'ALTER TABLE other.item ADD COLUMN w int',
    'ALTER TABLE other.item DROP COLUMN v',
    'ALTER TABLE other.item RENAME COLUMN v TO w',
    'ALTER TABLE other.item ALTER COLUMN v TYPE varchar(9)',
    'ALTER TABLE other.item ALTER COLUMN v SET NOT NULL',
    `ALTER TABLE other.item ALTER COLUMN v SET DEFAULT 'x'`,
    'ALTER TABLE other.item DROP CONSTRAINT item_pkey',
    'CREATE UNIQUE INDEX ON other.item (v)',
    'ALTER TABLE other.item REPLICA IDENTITY FULL',
    'ALTER TABLE other.item RENAME TO thing',
    'ALTER SCHEMA other RENAME TO another',
    `COMMENT ON COLUMN other.item.v IS 'a value'`,
    'TRUNCATE other.item',
    'DROP TABLE other.item',
  ])
    it(`is noticed after ${statement}`, async () => {
      assert.equal(await isChangedBy(statement), true);
    });

  for (const statement of [
    `INSERT INTO other.item VALUES (1, 'x')`,
    'VACUUM ANALYZE other.item',
    'CREATE TABLE other.thing (id int)',
    'SELECT 1',
  ])
    it(`is nothing after ${statement}`, async () => {
      assert.equal(await isChangedBy(statement), false);
    });

  it('may be a type of somebody: a table that has one is always described again', async () => {
    assert.equal(await isChangedBy(`ALTER TYPE mood ADD VALUE 'better'`, 'id int, m mood'), true);
  });
});
