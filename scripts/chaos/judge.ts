import { tableDifferences } from '../demo/change-ledger.ts';
import { Load } from '../demo/load.ts';
import { courseOf, ADDED, refusals, timesAsked } from './asked-snapshots.ts';
import type { Field } from './field.ts';
import { tableVerdict } from './table-verdict.ts';
import type { ConnectorLife } from './tested-connector.ts';
import type { ToldReader } from './told-reader.ts';
import type { TopicsReader } from './topics-reader.ts';

/** What became of the snapshots and signals. */
export interface SnapshotCounts {
  /** Initial ones, and those that were asked for and came to their end. */
  readonly initial: number;
  readonly incremental: number;
  /** Ended by a signal. */
  readonly stopped: number;
  readonly addedTables: number;
  readonly signals: number;
}

/** Sums over all tables; `problems` says for each table what is wrong with it, with examples. */
export interface Judgement {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly written: number;
  readonly delivered: number;
  /** Those of them that are rows read by snapshots. */
  readonly rows: number;
  readonly snapshots: SnapshotCounts;
  readonly problems: readonly string[];
  /** Topics in which something is wrong. */
  readonly badTopics: readonly string[];
}

/** Holds each table and its ledger against its topic, and what was asked for against what was told. */
export async function judge(
  { database, connectors }: Pick<Field, 'database' | 'connectors'>,
  reader: TopicsReader,
  told: ToldReader,
): Promise<Judgement> {
  const sum = { lost: 0, duplicated: 0, outOfOrder: 0, rows: 0, written: 0, delivered: 0 };
  const problems: string[] = [];
  const badTopics: string[] = [];
  for (const { lives } of connectors)
    for (const life of lives)
      for (const ledger of life.ledgers) {
        const { topic, table } = ledger;
        const { delivered, strayTombstones } = reader.contents(topic);
        const verdict = tableVerdict(ledger, delivered, timesAsked(told.of(life.toldTopic), `public.${table}`));
        const { lost, duplicated, outOfOrder, examples } = verdict;
        for (const name of ['lost', 'duplicated', 'outOfOrder', 'rows'] as const) sum[name] += verdict[name];
        sum.written += ledger.committed.length;
        sum.delivered += delivered.length;
        // The table has moved on since the topics of an earlier life ended.
        const contents = life === lives.at(-1) ? await Load.tableContents(database.address, table) : ledger.contents;
        const differing = tableDifferences(contents, delivered);
        const found = [
          ...(lost + duplicated + outOfOrder > 0
            ? [`lost ${lost}, duplicated ${duplicated}, out of order ${outOfOrder}`, ...examples]
            : []),
          ...(differing.length > 0 ? [`${differing.length} keys differ from the table`, ...differing.slice(0, 5)] : []),
          ...(strayTombstones > 0 ? [`${strayTombstones} deletes without tombstone or tombstones without delete`] : []),
        ];
        if (found.length > 0) badTopics.push(topic);
        problems.push(...found.map((text) => `${topic}: ${text}`));
      }
  if (reader.missingTombstones > 0) problems.push(`${reader.missingTombstones} deletes at the end have no tombstone`);
  const lives = connectors.flatMap((connector) => connector.lives);
  problems.push(...lives.flatMap((life) => snapshotProblems(life, told)));
  return { ...sum, snapshots: countSnapshots(lives, told), problems, badTopics };
}

/** Snapshots that were asked for and have not come to an end, by life. */
export function openSnapshots(life: ConnectorLife, told: ToldReader): string[] {
  const news = told.of(life.toldTopic);
  return life.asked
    .filter((asked) => courseOf(asked, news) === 'open')
    .map(
      ({ id, tables }) =>
        `${life.connector}, life ${life.number}: the snapshot ${id} of ${tables.join(', ')} did not end`,
    );
}

function snapshotProblems(life: ConnectorLife, told: ToldReader): string[] {
  const refused = refusals(told.of(life.toldTopic)).map((text) => `${life.connector}, life ${life.number}: ${text}`);
  return [...openSnapshots(life, told), ...refused];
}

function countSnapshots(lives: readonly ConnectorLife[], told: ToldReader): SnapshotCounts {
  const courses = lives.flatMap((life) =>
    life.asked.map((asked) => ({ id: asked.id, course: courseOf(asked, told.of(life.toldTopic)) })),
  );
  const count = (course: string, isAdded: boolean): number =>
    courses.filter((each) => each.course === course && (each.id === ADDED) === isAdded).length;
  return {
    initial: lives.filter(({ ledgers }) =>
      ledgers.some(({ beginning, streamsFrom }) => beginning === 'snapshot' && streamsFrom < Infinity),
    ).length,
    incremental: count('completed', false),
    stopped: count('stopped', false),
    addedTables: count('completed', true),
    signals: lives.reduce((sum, { signals }) => sum + signals.length, 0),
  };
}
