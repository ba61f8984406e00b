import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OnOffset } from '../../config-topics/offset-store.ts';
import { OffsetWatches } from './offset-watches.ts';

describe('offsets that a task watches', () => {
  let said: string[];
  let tell: OnOffset;
  let watches: OffsetWatches;
  let isWatched: boolean;

  const request = {
    type: 'watch-offsets',
    id: 'a-0',
    incarnation: 'i',
    request: 7,
    connector: 'a',
    prefix: '["a"',
  } as const;

  beforeEach(() => {
    said = [];
    isWatched = false;
    watches = new OffsetWatches({
      offsets: {
        readToEnd: () => Promise.resolve(),
        watch: (_connector, _prefix, onOffset) => {
          tell = onOffset;
          isWatched = true;
          for (let n = 0; n < 1200; n += 1) onOffset(`k${n}`, 'v');
          return () => void (isWatched = false);
        },
      },
      hosts: {
        answerOffset: (id, { request: answered, error }) =>
          said.push(`${id} answered ${answered} ${error ?? ''}`.trim()),
        offsetsChanged: (id, { watch, changes }) => said.push(`${id} ${watch} ${changes.length} ${String(changes[0])}`),
      },
      readMs: 1000,
      signal: new AbortController().signal,
    });
  });

  it('are told many at a time, all of them before the answer, and then as they change', async () => {
    await watches.begin(request);
    assert.deepEqual(said, ['a-0 7 500 k0,v', 'a-0 7 500 k500,v', 'a-0 7 200 k1000,v', 'a-0 answered 7']);
    tell('x', '1');
    tell('y', null);
    await nextTurn();
    assert.deepEqual(said.slice(4), ['a-0 7 2 x,1']);
  });

  it('are told no more once the run of the task is over', async () => {
    await watches.begin(request);
    tell('x', '1');
    watches.end('a-0', 'i');
    await nextTurn();
    assert.deepEqual([said.length, isWatched], [4, false]);
  });
});
