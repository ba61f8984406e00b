import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import { TestDatabase } from '../postgres/support/test-database.ts';
import { servers } from '../support/servers.ts';
import { Comparison } from './side-by-side/comparison.ts';
import { connectOrSkip } from './side-by-side/connect-or-skip.ts';
import { intendedDifferences } from './side-by-side/intended-differences.ts';
import { OwnRun } from './side-by-side/own-run.ts';
import { ReferenceRun } from './side-by-side/reference-run.ts';
import { variants } from './side-by-side/variants.ts';

const zoo = (file: string): Promise<string> => readFile(new URL(`zoo/${file}`, import.meta.url), 'utf8');

const SNAPSHOT = {
  snapshot: variants['plain'] ?? {},
  snapshotmasked: variants['masked'] ?? {},
  snapshotmarked: variants['marked'] ?? {},
};

describe('Records of Debezium and ours, side by side', function () {
  this.timeout(600_000);
  let database: TestDatabase | undefined;
  const comparison = new Comparison(intendedDifferences);

  before(async function () {
    const worker = await connectOrSkip(this);
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql(await zoo('tables.sql'));
    await database.sql(`CREATE PUBLICATION ${database.name} FOR ALL TABLES`);
    const shared = { worker, bootstrap: servers().kafka.bootstrap, database };
    await streamed(new ReferenceRun({ ...shared, snapshotMode: 'no_data', variants }), database);
    await snapshot(new ReferenceRun({ ...shared, snapshotMode: 'initial', variants: SNAPSHOT }), database);
  });

  after(() => database?.drop());

  async function streamed(debezium: ReferenceRun, zooDatabase: TestDatabase): Promise<void> {
    const ours = await OwnRun.start(zooDatabase, 'no_data');
    await debezium.start();
    // Each paragraph is a transaction.
    for (const transaction of (await zoo('statements.sql')).split('\n\n')) await zooDatabase.sql(transaction);
    const changes = await ours.events();
    await ours.stop();
    await comparison.add(debezium, variants, changes);
  }

  /** What the statements left behind, read in a snapshot. */
  async function snapshot(debezium: ReferenceRun, zooDatabase: TestDatabase): Promise<void> {
    const ours = await OwnRun.start(zooDatabase, 'initial');
    await ours.stop();
    await debezium.start();
    await comparison.add(debezium, SNAPSHOT, ours.soFar);
  }

  for (const variant of [...Object.keys(variants), ...Object.keys(SNAPSHOT)])
    it(`are the same but for what is documented: ${variant}`, () => {
      assert.deepEqual(comparison.problems(variant), []);
    });

  it('differ wherever the documentation says that they do', () => {
    assert.deepEqual(comparison.unused, []);
  });
});
