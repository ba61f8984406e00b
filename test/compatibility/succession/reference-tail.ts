import { z } from 'zod';
import { parseJsonBytes } from '../../../config-topics/json-text.ts';
import type { LogRecord } from '../../../kafka/log-reader.ts';
import type { Change } from '../../../scripts/demo/change-ledger.ts';
import { changeOf } from '../../../scripts/demo/topic-reader.ts';
import { Opened, soon } from '../../kafka/kafka-fixtures.ts';

const lsn = z.union([z.number(), z.bigint()]).transform(BigInt);
const event = z.object({ source: z.object({ lsn }) });
const position = z.object({
  lsn,
  messageType: z.string().optional(),
  /** Ours alone: which state our offset is in. */
  'millrace.state': z.string().optional(),
});

type Position = z.infer<typeof position>;

/** What a worker without transactions left behind. */
export interface LeftBehind {
  /** Every change in the topic, tombstones left out. */
  readonly changes: readonly Change[];
  /** How many of the last of them its newest stored offset does not cover. */
  readonly uncommitted: number;
}

export interface Places {
  readonly bootstrap: string;
  readonly topic: string;
  readonly offsetTopic: string;
  readonly connector: string;
}

export async function leftBehind({ bootstrap, topic, offsetTopic, connector }: Places): Promise<LeftBehind> {
  const records = (await wholeTopic(bootstrap, topic)).flatMap(({ value }) => (value === null ? [] : [value]));
  const newest = await newestOffset(bootstrap, offsetTopic, connector);
  const beyond = records.filter((value) => !covers(newest, event.parse(parseJsonBytes(value)).source.lsn));
  return { changes: records.map(changeOf), uncommitted: beyond.length };
}

/** Whether the newest offset in the topic is the Java worker's. */
export async function isOfReference({ bootstrap, offsetTopic, connector }: Omit<Places, 'topic'>): Promise<boolean> {
  const newest = await newestOffset(bootstrap, offsetTopic, connector);
  return newest !== undefined && newest['millrace.state'] === undefined;
}

async function newestOffset(bootstrap: string, topic: string, connector: string): Promise<Position | undefined> {
  const own = (await wholeTopic(bootstrap, topic)).filter(
    ({ key }) => key?.toString('utf8').startsWith(`["${connector}",`) === true,
  );
  const newest = own.at(-1)?.value ?? undefined;
  return newest === undefined ? undefined : position.parse(parseJsonBytes(newest));
}

/** A position at a commit is the place behind it, where the next change may begin; any other is that of a delivered change. */
function covers(offset: Position | undefined, change: bigint): boolean {
  if (offset === undefined) return false;
  return offset.messageType === 'COMMIT' ? change < offset.lsn : change <= offset.lsn;
}

async function wholeTopic(bootstrap: string, topic: string): Promise<readonly LogRecord[]> {
  const opened = new Opened();
  try {
    const log = await opened.reader(opened.cluster(bootstrap), topic, 'read_uncommitted');
    await log.reader.readToEnd(soon());
    return log.records;
  } finally {
    await opened.closeAll();
  }
}

function identity({ key, version, op }: Change): string {
  return `${key}/${version}/${op === 'd' ? 'd' : 'w'}`;
}

/**
 * How many of the changes that were there the successor delivered again; throws unless it began at one place of what was written and
 * delivered everything from there on, in the order of the commits (of one writer: the order of `written`).
 */
export function repeated(written: readonly Change[], before: readonly Change[], delivered: readonly Change[]): number {
  const places = new Map(written.map((change, place) => [identity(change), place]));
  const last = before.at(-1);
  const first = delivered[before.length];
  if (last === undefined || first === undefined) throw new Error('one of the two delivered nothing');
  const end = (places.get(identity(last)) ?? NaN) + 1;
  const begin = places.get(identity(first)) ?? NaN;
  if (!(begin <= end)) throw new Error(`lost: everything from place ${end} to ${begin}`);
  const expected = written.slice(begin).map(identity);
  const found = delivered.slice(before.length).map(identity);
  const wrong = expected.findIndex((id, place) => found[place] !== id);
  if (wrong !== -1 || expected.length !== found.length)
    throw new Error(
      `from place ${begin} on: ${wrong}: ${expected[wrong] ?? 'nothing'} written, ${found[wrong] ?? 'nothing'} delivered`,
    );
  return end - begin;
}
