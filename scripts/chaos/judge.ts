import { compareChanges, tableDifferences } from '../demo/change-ledger.ts';
import { Load } from '../demo/load.ts';
import type { PostgresAddress } from '../stack/postgres-server.ts';
import type { Captured } from './set-up.ts';
import type { TopicsReader } from './topics-reader.ts';

/** Sums over all tables; `problems` says for each table what is wrong with it, with examples. */
export interface Judgement {
  readonly lost: number;
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly written: number;
  readonly delivered: number;
  readonly problems: readonly string[];
  /** Topics in which something is wrong. */
  readonly badTopics: readonly string[];
}

/** Holds each table and its ledger against its topic. */
export async function judge(
  address: PostgresAddress,
  captured: readonly Captured[],
  reader: TopicsReader,
): Promise<Judgement> {
  const sum = { lost: 0, duplicated: 0, outOfOrder: 0, written: 0, delivered: 0 };
  const problems: string[] = [];
  const badTopics: string[] = [];
  for (const { table, topic, committed } of captured.flatMap(({ ledgers }) => ledgers)) {
    const { delivered, strayTombstones } = reader.contents(topic);
    const { lost, duplicated, outOfOrder, examples } = compareChanges(committed, delivered);
    sum.lost += lost;
    sum.duplicated += duplicated;
    sum.outOfOrder += outOfOrder;
    sum.written += committed.length;
    sum.delivered += delivered.length;
    const differing = tableDifferences(await Load.tableContents(address, table), delivered);
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
  return { ...sum, problems, badTopics };
}
