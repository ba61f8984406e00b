import type { Verdict } from '../demo/change-ledger.ts';
import type { RecordedRow } from '../demo/topic-reader.ts';
import type { TableLedger } from './table-ledger.ts';

export interface TableVerdict extends Verdict {
  /** Rows that snapshots have read. */
  readonly rows: number;
}

/** What is known of one key. */
interface History {
  /** Place in the order of commits, by rank; in that order. */
  readonly committed: Map<number, number>;
  /** Ranks that came as changes, and as rows of a snapshot. */
  readonly changed: Set<number>;
  readonly read: Set<number>;
  newest: number;
  reads: number;
}

const EXAMPLES = 10;

/**
 * Holds what was committed against the records of the topic. A change comes once, after everything older of its key, and never
 * after a snapshot has shown it. A row that a snapshot reads is as new as what came before it; an incremental one may repeat that,
 * as often as the table was asked for. What was committed before the table streamed may be shown by the snapshot instead, up to
 * some change of each key and never beyond.
 *
 * Lost: a change, or the row that stands for it, never came. Duplicated: came again, was never committed, or was read more often
 * than asked. Out of order: the version of a key falls.
 */
export function tableVerdict(
  ledger: Pick<TableLedger, 'committed' | 'streamsFrom' | 'beginning'>,
  shown: Iterable<RecordedRow>,
  timesAsked: number,
): TableVerdict {
  const keys = new Map<string, History>();
  for (const [place, change] of ledger.committed.entries())
    historyOf(keys, change.key).committed.set(rankOf(change), place);
  const counts = { lost: 0, duplicated: 0, outOfOrder: 0, rows: 0 };
  const examples: string[] = [];
  const found = (what: 'lost' | 'duplicated' | 'outOfOrder', text: string): void => {
    counts[what] += 1;
    if (examples.length < EXAMPLES) examples.push(text);
  };
  const mostReads = timesAsked + (ledger.beginning === 'snapshot' ? 1 : 0);
  for (const row of shown) {
    if (row.op === 'r') counts.rows += 1;
    const wrong = takeRow(historyOf(keys, row.key), row, mostReads);
    if (wrong !== undefined) found(wrong.what, `${wrong.why}: ${row.key}/${row.version}/${row.op}`);
  }
  for (const [key, history] of keys)
    for (const { rank, why } of missing(history, ledger))
      found('lost', `${why}: ${key}/${rank >> 1}/${isDelete(rank) ? 'd' : 'w'}`);
  return { ...counts, examples };
}

type Finding = { readonly what: 'duplicated' | 'outOfOrder'; readonly why: string } | undefined;

function takeRow(history: History, row: RecordedRow, mostReads: number): Finding {
  const rank = rankOf(row);
  const { newest } = history;
  history.newest = Math.max(newest, rank);
  if (!history.committed.has(rank)) return { what: 'duplicated', why: 'never committed' };
  const again =
    row.op === 'r' ? takeRead(history, row, { rank, newest, mostReads }) : takeChange(history, rank, newest);
  if (again !== undefined) return { what: 'duplicated', why: again };
  return rank < newest ? { what: 'outOfOrder', why: 'after a newer one' } : undefined;
}

function takeRead(
  history: History,
  { isIncremental }: RecordedRow,
  { rank, newest, mostReads }: { readonly rank: number; readonly newest: number; readonly mostReads: number },
): string | undefined {
  history.read.add(rank);
  history.reads += 1;
  if (history.reads > mostReads) return 'read more often than asked';
  return !isIncremental && rank === newest ? 'read by the initial snapshot although it had come' : undefined;
}

function takeChange({ changed }: History, rank: number, newest: number): string | undefined {
  const again = changed.has(rank)
    ? 'delivered again'
    : rank === newest
      ? 'delivered after a snapshot showed it'
      : undefined;
  changed.add(rank);
  return again;
}

function missing(
  { committed, changed, read }: History,
  { streamsFrom, beginning }: Pick<TableLedger, 'streamsFrom' | 'beginning'>,
): { readonly rank: number; readonly why: string }[] {
  const lost: { rank: number; why: string }[] = [];
  /** The last of those that a snapshot may stand for. */
  let last: number | undefined;
  let hasBegun = false;
  for (const [rank, place] of committed) {
    hasBegun ||= changed.has(rank);
    if (changed.has(rank)) continue;
    if (hasBegun || place >= streamsFrom) lost.push({ rank, why: 'never delivered' });
    else last = rank;
  }
  const end = last;
  if (end === undefined || isDelete(end) || [...read].some((rank) => rank >= end)) return lost;
  // A row of an added table is left out of the chunk when a change of it is on its way.
  if (beginning === 'added' && changed.size > 0) return lost;
  return [...lost, { rank: end, why: 'neither delivered nor read' }];
}

function historyOf(keys: Map<string, History>, key: string): History {
  let history = keys.get(key);
  if (history === undefined) {
    history = { committed: new Map(), changed: new Set(), read: new Set(), newest: -1, reads: 0 };
    keys.set(key, history);
  }
  return history;
}

/** Place of a change among those of its key: a delete comes after the version that it deletes. */
function rankOf({ version, op }: Pick<RecordedRow, 'version' | 'op'>): number {
  return 2 * version + (op === 'd' ? 1 : 0);
}

function isDelete(rank: number): boolean {
  return rank % 2 === 1;
}
