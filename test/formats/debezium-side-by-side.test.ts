import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'mocha';
import type { ChangeEvent } from '../../connectors/change-event.ts';
import { StackError } from '../../scripts/stack/stack-error.ts';
import { TestDatabase } from '../postgres/support/test-database.ts';
import { servers } from '../support/servers.ts';
import {
  coveringDifference,
  intendedDifferences,
  type IntendedDifference,
} from './side-by-side/intended-differences.ts';
import { OwnRun, ownRecords } from './side-by-side/own-run.ts';
import type { PlainRecord } from './side-by-side/plain-record.ts';
import { recordDifferences } from './side-by-side/record-diff.ts';
import { ReferenceRun } from './side-by-side/reference-run.ts';
import { variants } from './side-by-side/variants.ts';

const zoo = (file: string): Promise<string> => readFile(new URL(`zoo/${file}`, import.meta.url), 'utf8');

/** A snapshot is taken at another moment by each side. */
const OF_THE_SNAPSHOT = /^value\.(payload\.)?source\.(ts_ms|ts_us|ts_ns|snapshot|sequence|txId|lsn)$/;
const SNAPSHOT = {
  snapshot: variants['plain'] ?? {},
  snapshotmasked: variants['masked'] ?? {},
  snapshotmarked: variants['marked'] ?? {},
};

describe('Records of Debezium and ours, side by side', function () {
  this.timeout(600_000);
  let database: TestDatabase | undefined;
  const own = new Map<string, PlainRecord[]>();
  const reference = new Map<string, PlainRecord[]>();
  const used = new Set<IntendedDifference>();

  before(async function () {
    const worker = await servers()
      .connect()
      .catch((error: unknown) => {
        if (!(error instanceof StackError)) throw error;
        if (this.test?.parent !== undefined) this.test.parent.title += ` (${error.message})`;
        return this.skip();
      });
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
    await keep(debezium, variants, changes);
  }

  /** What the statements left behind, read in a snapshot. */
  async function snapshot(debezium: ReferenceRun, zooDatabase: TestDatabase): Promise<void> {
    const ours = await OwnRun.start(zooDatabase, 'initial');
    await ours.stop();
    await debezium.start();
    await keep(debezium, SNAPSHOT, ours.soFar);
  }

  async function keep(
    debezium: ReferenceRun,
    configurations: Readonly<Record<string, Readonly<Record<string, string>>>>,
    changes: readonly ChangeEvent[],
  ): Promise<void> {
    const counts: Record<string, number> = {};
    for (const [variant, config] of Object.entries(configurations)) {
      const records = ownRecords(changes, config);
      own.set(variant, records);
      counts[variant] = records.length;
    }
    for (const [variant, records] of await debezium.records(counts)) reference.set(variant, records);
    await debezium.stop();
  }

  for (const variant of [...Object.keys(variants), ...Object.keys(SNAPSHOT)])
    it(`are the same but for what is documented: ${variant}`, () => {
      const topics = Map.groupBy(own.get(variant) ?? [], ({ topic }) => topic);
      const theirs = Map.groupBy(reference.get(variant) ?? [], ({ topic }) => topic);
      assert.deepEqual([...theirs.keys()].sort(), [...topics.keys()].sort());
      assert.deepEqual(
        [...topics].flatMap(([topic, ours]) => problems(variant, topic, theirs.get(topic) ?? [], ours)),
        [],
      );
    });

  it('differ wherever the documentation says that they do', () => {
    assert.deepEqual(
      intendedDifferences.filter((intended) => !used.has(intended)),
      [],
    );
  });

  // Four parameters: the two sides of one topic.
  function problems(
    variant: string,
    topic: string,
    theirs: readonly PlainRecord[],
    ours: readonly PlainRecord[],
  ): string[] {
    const table = /^PFX[.-](?:z[.-])?(.*)$/.exec(topic)?.[1] ?? '';
    const found = theirs.length === ours.length ? [] : [`${topic}: ${theirs.length} records, ${ours.length} of ours`];
    for (const [index, record] of theirs.entries()) {
      const counterpart = ours[index];
      if (counterpart === undefined) break;
      for (const difference of recordDifferences(record, counterpart)) {
        const intended = coveringDifference(variant, table, difference);
        if (intended !== undefined) used.add(intended);
        else if (!variant.startsWith('snapshot') || !OF_THE_SNAPSHOT.test(difference.path))
          found.push(
            `${topic} record ${index}, ${difference.path}: Debezium ${difference.theirs}, ours ${difference.ours}`,
          );
      }
    }
    return found;
  }
});
