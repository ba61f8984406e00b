import type { ChangeEvent } from '../../../connectors/change-event.ts';
import { coveringDifference, coveringMore, type IntendedDifference } from './intended-differences.ts';
import { ownRecords } from './own-run.ts';
import type { PlainRecord } from './plain-record.ts';
import { recordDifferences } from './record-diff.ts';
import type { ReferenceRun } from './reference-run.ts';
import type { Variants } from './variants.ts';

/** A snapshot is taken at another moment by each side. */
const OF_THE_SNAPSHOT = /^value\.(payload\.)?source\.(ts_ms|ts_us|ts_ns|snapshot|sequence|txId|lsn)$/;

/** What both sides made of the same changes, under each configuration. */
export class Comparison {
  readonly #intended: readonly IntendedDifference[];
  readonly #own = new Map<string, PlainRecord[]>();
  readonly #reference = new Map<string, PlainRecord[]>();
  readonly #used = new Set<IntendedDifference>();

  constructor(intended: readonly IntendedDifference[]) {
    this.#intended = intended;
  }

  /** Takes what came of changes, and stops the reference. */
  async add(debezium: ReferenceRun, variants: Variants, changes: readonly ChangeEvent[]): Promise<void> {
    const counts: Record<string, number> = {};
    for (const [variant, config] of Object.entries(variants)) {
      const records = ownRecords(changes, config);
      this.#own.set(variant, records);
      counts[variant] = records.length;
    }
    for (const [variant, records] of await debezium.records(counts)) this.#reference.set(variant, records);
    await debezium.stop();
  }

  /** Topics that only one side has, and every difference that is not meant. */
  problems(variant: string): string[] {
    const own = Map.groupBy(this.#own.get(variant) ?? [], ({ topic }) => topic);
    const reference = Map.groupBy(this.#reference.get(variant) ?? [], ({ topic }) => topic);
    const topics = [...new Set([...reference.keys(), ...own.keys()])].sort();
    return topics.flatMap((topic) => {
      const [theirs, ours] = [reference.get(topic) ?? [], own.get(topic) ?? []];
      const more = theirs.length - ours.length;
      const intended = coveringMore(this.#intended, { variant, table: tableOf(topic), more });
      if (intended !== undefined) this.#used.add(intended);
      const isMeant = more === 0 || intended !== undefined;
      const found = isMeant ? [] : [`${topic}: ${theirs.length} records, ${ours.length} of ours`];
      for (const [index, record] of theirs.entries()) {
        const counterpart = ours[index];
        if (counterpart !== undefined)
          found.push(...this.#between(variant, `${topic} record ${index}`, record, counterpart));
      }
      return found;
    });
  }

  /** Differences that were meant and were not seen. */
  get unused(): IntendedDifference[] {
    return this.#intended.filter((intended) => !this.#used.has(intended));
  }

  // Four parameters: two records and where they stand.
  #between(variant: string, place: string, theirs: PlainRecord, ours: PlainRecord): string[] {
    return recordDifferences(theirs, ours).flatMap((difference) => {
      const intended = coveringDifference(this.#intended, { variant, table: tableOf(theirs.topic), difference });
      if (intended !== undefined) this.#used.add(intended);
      if (intended !== undefined || (variant.startsWith('snapshot') && OF_THE_SNAPSHOT.test(difference.path)))
        return [];
      return [`${place}, ${difference.path}: Debezium ${difference.theirs}, ours ${difference.ours}`];
    });
  }
}

/** The last part of a topic, codes of the Unicode strategy undone. */
function tableOf(topic: string): string {
  const last = /^PFX[.-](?:z[.-])?(.*)$/.exec(topic)?.[1] ?? '';
  return last.replaceAll(/_u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
