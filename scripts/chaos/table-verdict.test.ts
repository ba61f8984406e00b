import assert from 'node:assert/strict';
import type { Change } from '../demo/change-ledger.ts';
import type { Beginning } from './table-ledger.ts';
import { tableVerdict } from './table-verdict.ts';

interface Given {
  /** `key version op`, e.g. `1 2u`; what stands before `|` was committed before the table streamed. */
  readonly committed: string;
  /** The same; `r`: read by an initial snapshot, `i`: by an incremental one. */
  readonly shown: string;
  readonly beginning?: Beginning;
  readonly timesAsked?: number;
}

function verdictOf({ committed, shown, beginning = 'empty', timesAsked = 0 }: Given): string {
  const [before = '', after] = committed.split('|');
  const early = after === undefined ? [] : changes(before);
  const ledger = { beginning, committed: [...early, ...changes(after ?? before)], streamsFrom: early.length };
  const rows = parsed(shown).map(({ key, version, op }) => {
    const isRead = op === 'r' || op === 'i';
    return { key, version, op: isRead ? ('r' as const) : opOf(op), isIncremental: op === 'i' };
  });
  const { lost, duplicated, outOfOrder } = tableVerdict(ledger, rows, timesAsked);
  return `${lost} ${duplicated} ${outOfOrder}`;
}

function changes(text: string): Change[] {
  return parsed(text).map(({ key, version, op }) => ({ key, version, op: opOf(op) }));
}

function opOf(op: string): Change['op'] {
  if (op === 'c' || op === 'u' || op === 'd') return op;
  throw new Error(`no change: ${op}`);
}

function parsed(text: string): { key: string; version: number; op: string }[] {
  return [...text.matchAll(/(\d+) (\d+)(\w)/g)].map(([, key = '', version, op = '']) => ({
    key,
    version: Number(version),
    op,
  }));
}

function judged(cases: readonly (readonly [name: string, given: Given, verdict: string])[]): void {
  for (const [name, given, verdict] of cases) it(name, () => assert.equal(verdictOf(given), verdict));
}

describe('the judge of chaos: lost, duplicated, out of order', () => {
  describe('of changes', () => {
    const committed = '1 1c, 2 1c, 1 2u, 1 2d, 1 3c';
    judged([
      ['all once, in the order of each key', { committed, shown: '2 1c, 1 1c, 1 2u, 1 2d, 1 3c' }, '0 0 0'],
      ['one is missing', { committed, shown: '1 1c, 1 2u, 1 2d, 1 3c' }, '1 0 0'],
      ['the first of a key is missing', { committed, shown: '2 1c, 1 2u, 1 2d, 1 3c' }, '1 0 0'],
      ['a deletion is missing', { committed, shown: '2 1c, 1 1c, 1 2u, 1 3c' }, '1 0 0'],
      ['one comes twice', { committed, shown: '2 1c, 1 1c, 1 2u, 1 2u, 1 2d, 1 3c' }, '0 1 0'],
      ['the version of a key falls', { committed, shown: '2 1c, 1 1c, 1 2d, 1 2u, 1 3c' }, '0 0 1'],
      ['one was rolled back', { committed, shown: '2 1c, 1 1c, 1 2u, 1 2d, 1 3c, 1 4u' }, '0 1 0'],
    ]);
  });

  describe('of rows that an initial snapshot reads', () => {
    const beginning = 'snapshot';
    const committed = '1 1c, 2 1c, 3 4c, 1 2u, 3 4d | 1 3u, 2 2u';
    judged([
      [
        'as they were when it began, then all changes',
        { beginning, committed, shown: '1 1r, 2 1r, 3 4r, 1 2u, 3 4d, 1 3u, 2 2u' },
        '0 0 0',
      ],
      [
        'as they were later, without the changes up to then',
        { beginning, committed, shown: '2 1r, 1 2r, 1 3u, 2 2u' },
        '0 0 0',
      ],
      [
        'a row is missing whose changes come',
        { beginning, committed, shown: '2 1r, 1 2u, 1 3u, 3 4r, 3 4d, 2 2u' },
        '1 0 0',
      ],
      ['a row is missing altogether', { beginning, committed: '1 1c, 2 1c | 1 2u', shown: '1 1r, 1 2u' }, '1 0 0'],
      [
        'a row is missing between what was read and what came',
        { beginning, committed: '1 1c, 1 2u, 1 3u | 1 4u', shown: '1 1r, 1 3u, 1 4u' },
        '1 0 0',
      ],
      [
        'a change is missing that came after the snapshot',
        { beginning, committed, shown: '2 1r, 1 2r, 2 2u' },
        '1 0 0',
      ],
      [
        'a change comes although the row showed it',
        { beginning, committed, shown: '2 1r, 1 2r, 1 2u, 1 3u, 2 2u' },
        '0 1 0',
      ],
      ['a change takes the row back', { beginning, committed: '1 1c, 1 2u, 1 3u |', shown: '1 3r, 1 2u' }, '1 0 1'],
      ['a chunk comes twice', { beginning, committed: '1 1c |', shown: '1 1r, 1 1r' }, '0 1 0'],
      ['a row comes again that was deleted', { beginning, committed: '1 1c, 1 1d |', shown: '1 1d, 1 1r' }, '0 0 1'],
    ]);
  });

  describe('of rows that an incremental snapshot reads', () => {
    const committed = '1 1c, 1 2u';
    judged([
      ['as new as what came before', { committed, shown: '1 1c, 1 2u, 1 2i', timesAsked: 1 }, '0 0 0'],
      ['again, since it was asked for again', { committed, shown: '1 1c, 1 1i, 1 2u, 1 2i', timesAsked: 2 }, '0 0 0'],
      ['again, unasked', { committed, shown: '1 1c, 1 2u, 1 2i, 1 2i', timesAsked: 1 }, '0 1 0'],
      ['older than what came before', { committed, shown: '1 1c, 1 2u, 1 1i', timesAsked: 1 }, '0 0 1'],
      ['deleted before', { committed: '1 1c, 1 1d', shown: '1 1c, 1 1d, 1 1i', timesAsked: 1 }, '0 0 1'],
      ['before the change that it shows', { committed, shown: '1 1c, 1 2i, 1 2u', timesAsked: 1 }, '0 1 0'],
      ['instead of a change', { committed, shown: '1 1c, 1 2i', timesAsked: 1 }, '1 0 0'],
    ]);
  });

  describe('of a table that was added', () => {
    const given = { beginning: 'added', timesAsked: 1, committed: '1 1c, 2 1c, 3 1c, 1 2u, 3 1d | 1 3u' } as const;
    judged([
      ['rows or what they have become since', { ...given, shown: '2 1i, 1 3u' }, '0 0 0'],
      ['rows, then changes', { ...given, shown: '1 2i, 2 1i, 1 3u' }, '0 0 0'],
      ['a row is missing', { ...given, shown: '1 2i, 1 3u' }, '1 0 0'],
      ['a change is missing from when it streamed', { ...given, shown: '1 2i, 2 1i' }, '1 0 0'],
      ['a row is older than the change before it', { ...given, shown: '2 1i, 1 3u, 1 2i' }, '0 0 1'],
    ]);
  });
});
