import assert from 'node:assert/strict';
import { postgresVersion, servers } from '../support/servers.ts';
import { EveryColumn } from './support/every-column.ts';
import { TaskDriver } from './support/task-driver.ts';
import { TestDatabase } from './support/test-database.ts';

describe('types of PostgreSQL', () => {
  it('come with the same text and the same kind from a snapshot and from the stream', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    const every = new EveryColumn(postgresVersion());
    await every.create(database);
    await database.sql(every.insert(1));
    // Whatever the role's own settings are, values keep their form.
    await database.sql(
      `ALTER DATABASE ${database.name} SET datestyle = 'German'; ALTER DATABASE ${database.name} SET bytea_output = 'escape'`,
    );
    const driver = await new TaskDriver({ config: database.config({ 'snapshot.mode': 'initial' }) }).start();
    await database.sql(every.insert(2));
    const [row, change] = await driver.waitForChanges(2);
    assert.deepEqual([row?.after, change?.after], [every.row(1), every.row(2)]);
    for (const { table } of driver.changes)
      assert.deepEqual(
        table.columns.map(({ type }) => type),
        every.kinds,
      );
    assert.deepEqual(driver.changes[0]?.table, driver.changes[1]?.table);
    await driver.stop();
    await database.drop();
  });

  // Those before 12 generate no columns.
  const itGenerated = postgresVersion() < 12 ? it.skip : it;
  itGenerated('come with the constant defaults of their columns, as the type prints them', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql(`CREATE TYPE mood AS ENUM ('happy', 'sad')`);
    await database.sql(`CREATE TABLE item (id serial PRIMARY KEY, a int DEFAULT -1, b text DEFAULT 'it''s', c numeric(6,2) DEFAULT 1,
      d boolean DEFAULT true, e timestamptz DEFAULT '2020-01-01 00:00+01', f timestamptz DEFAULT now(), g mood DEFAULT 'sad',
      h char(4) DEFAULT 'ab', i text DEFAULT NULL, j int GENERATED ALWAYS AS (1) STORED, k jsonb DEFAULT '{"a":1}',
      l bit(3) DEFAULT B'101', m bytea DEFAULT '\\x00', n text)`);
    const driver = await new TaskDriver({ config: database.config() }).start();
    await database.sql('INSERT INTO item DEFAULT VALUES');
    await driver.waitForChanges(1);
    assert.deepEqual(
      driver.changes[0]?.table.columns.map(({ name, defaultText, computedDefault }) => [
        name,
        defaultText,
        computedDefault,
      ]),
      [
        ['id', undefined, true],
        ['a', '-1', undefined],
        ['b', `it's`, undefined],
        ['c', '1.00', undefined],
        ['d', 't', undefined],
        ['e', '2019-12-31 23:00:00+00', undefined],
        ['f', undefined, true],
        ['g', 'sad', undefined],
        ['h', 'ab  ', undefined],
        ['i', undefined, undefined],
        ['k', '{"a": 1}', undefined],
        ['l', '101', undefined],
        ['m', undefined, undefined],
        ['n', undefined, undefined],
      ],
    );
    await driver.stop();
    await database.drop();
  });

  it('come with labels that were added to an enum while the task runs', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    await database.sql(`CREATE TYPE mood AS ENUM ('happy'); CREATE TABLE item (id int PRIMARY KEY, m mood)`);
    const driver = await new TaskDriver({ config: database.config() }).start();
    await database.sql(`INSERT INTO item VALUES (1, 'happy')`);
    await driver.waitForChanges(1);
    await database.sql(`ALTER TYPE mood ADD VALUE 'sad'`);
    await database.sql(`INSERT INTO item VALUES (2, 'sad')`);
    const [, second] = await driver.waitForChanges(2);
    assert.equal(second?.after?.['m'], 'sad');
    assert.deepEqual(driver.changes[1]?.table.columns[1]?.type, { kind: 'enum', labels: ['happy', 'sad'] });
    await driver.stop();
    await database.drop();
  });

  it('of the server alone are taken for known ones, as millrace.type.aliases says', async () => {
    const database = await TestDatabase.create(servers().postgres.address);
    const made = (name: string, like: string, functions: string, typmods: string): string => `CREATE TYPE ora.${name};
      CREATE FUNCTION ora.${name}_in(cstring, oid, int4) RETURNS ora.${name} AS '${functions}in' LANGUAGE internal IMMUTABLE STRICT;
      CREATE FUNCTION ora.${name}_out(ora.${name}) RETURNS cstring AS '${functions}out' LANGUAGE internal IMMUTABLE STRICT;
      CREATE TYPE ora.${name} (INPUT = ora.${name}_in, OUTPUT = ora.${name}_out, LIKE = ${like},
        TYPMOD_IN = ${typmods}typmodin, TYPMOD_OUT = ${typmods}typmodout);`;
    await database.sql(`CREATE SCHEMA ora; ${made('date', 'timestamp', 'timestamp_', 'timestamp')}
      ${made('number', 'numeric', 'numeric_', 'numeric')} ${made('varchar2', 'varchar', 'varchar', 'varchar')}
      CREATE TABLE item (id int PRIMARY KEY, d ora.date, day date, n ora.number(8,2), ns ora.number(8,2)[], t ora.varchar2(10))`);
    const insert = (id: number): Promise<unknown> =>
      database.sql(`INSERT INTO item VALUES (${id}, '2024-05-01 12:30:00', '2024-05-02', '1.50', '{2.50}', 'x')`);
    await insert(1);
    const aliases = { 'millrace.type.aliases': 'ora.date=timestamp,number=numeric,varchar2=varchar' };
    const config = database.config({ 'snapshot.mode': 'initial', ...aliases });
    const driver = await new TaskDriver({ config }).start();
    await insert(2);
    const values = { d: '2024-05-01 12:30:00', day: '2024-05-02', n: '1.50', ns: '{2.50}', t: 'x' };
    assert.deepEqual(
      (await driver.waitForChanges(2)).map(({ after }) => after),
      [
        { id: '1', ...values },
        { id: '2', ...values },
      ],
    );
    const decimal = { kind: 'decimal', precision: 8, scale: 2 };
    for (const { table } of driver.changes)
      assert.deepEqual(
        table.columns.slice(1).map(({ type, sourceType }) => [sourceType.name, sourceType.length, type]),
        [
          ['date', null, { kind: 'timestamp', precision: 6 }],
          ['date', null, { kind: 'date' }],
          ['number', 8, decimal],
          ['_number', 8, { kind: 'array', element: decimal }],
          ['varchar2', 10, { kind: 'text' }],
        ],
      );
    await driver.stop();
    await database.drop();
  });
});
