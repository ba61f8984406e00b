import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import { TestDatabase } from '../postgres/support/test-database.ts';
import { servers } from '../support/servers.ts';
import { Comparison } from './side-by-side/comparison.ts';
import { connectOrSkip } from './side-by-side/connect-or-skip.ts';
import { schemaChangeDifferences } from './side-by-side/intended-differences.ts';
import { OwnRun } from './side-by-side/own-run.ts';
import { ReferenceRun } from './side-by-side/reference-run.ts';
import { schemaChangeVariants as variants } from './side-by-side/variants.ts';

describe('Records of Debezium and ours while tables change', function () {
  this.timeout(600_000);
  let database: TestDatabase | undefined;
  const comparison = new Comparison(schemaChangeDifferences);

  before(async function () {
    const worker = await connectOrSkip(this);
    const [tables = '', ...transactions] = (
      await readFile(new URL('zoo/schema-changes.sql', import.meta.url), 'utf8')
    ).split('\n\n');
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql(tables);
    await database.sql(`CREATE PUBLICATION ${database.name} FOR ALL TABLES`);
    const shared = { worker, bootstrap: servers().kafka.bootstrap, database };
    const debezium = new ReferenceRun({ ...shared, snapshotMode: 'no_data', variants });
    const ours = await OwnRun.start(database, 'no_data');
    await debezium.start();
    for (const [index, transaction] of transactions.entries()) {
      await database.sql(transaction);
      await database.sql('INSERT INTO z.done VALUES ($1)', [index]);
      await Promise.all([ours.reached(index + 1), debezium.reached(index + 1)]);
    }
    await ours.stop();
    await comparison.add(debezium, variants, ours.soFar);
  });

  after(() => database?.drop());

  for (const variant of Object.keys(variants))
    it(`are the same but for what is documented: ${variant}`, () => {
      assert.deepEqual(comparison.problems(variant), []);
    });

  it('differ wherever the documentation says that they do', () => {
    assert.deepEqual(comparison.unused, []);
  });
});
