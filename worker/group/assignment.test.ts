import assert from 'node:assert/strict';
import { SeededRandom } from '../../scripts/testing/seeded-random.ts';
import { fewestMoves } from '../../test/support/fewest-moves.ts';
import { assign, type MemberState } from './assignment.ts';
import { noWork, taskKey, type Work } from './work.ts';

const nothingReturned = { connectors: new Map<string, string>(), tasks: new Map<string, string>() };

function member(id: string, held: Work = noWork, generation = 1): MemberState {
  return { id, held, generation };
}

function tasks(...keys: string[]): Work {
  return { connectors: [], tasks: keys };
}

function round(members: readonly MemberState[], work: Work): Map<string, Work> {
  return assign({ members, work, waiting: noWork, returned: nothingReturned });
}

describe('assignment', () => {
  it('leaves everything where it is when nothing has changed', () => {
    const members = [member('a', tasks('x-0', 'x-1')), member('b', tasks('x-2'))];
    const given = round(members, tasks('x-0', 'x-1', 'x-2'));
    assert.deepEqual(given.get('a')?.tasks.toSorted(), ['x-0', 'x-1']);
    assert.deepEqual(given.get('b')?.tasks, ['x-2']);
  });

  it('gives the tasks of a member that is gone to the others and moves no other task', () => {
    const members = [member('a', tasks('x-0')), member('b', tasks('x-1'))];
    const given = round(members, tasks('x-0', 'x-1', 'x-2', 'x-3'));
    assert.equal(given.get('a')?.tasks.includes('x-0'), true);
    assert.equal(given.get('b')?.tasks.includes('x-1'), true);
    assert.deepEqual([given.get('a')?.tasks.length, given.get('b')?.tasks.length], [2, 2]);
  });

  it('moves the fewest tasks to a new member, and only after their owner has given them up', () => {
    const all = tasks('p-0', 'q-0', 'r-0', 's-0', 't-0', 'u-0');
    const old = [member('a', tasks('p-0', 'q-0', 'r-0')), member('b', tasks('s-0', 't-0', 'u-0'))];
    const first = round([...old, member('c')], all);
    assert.deepEqual(first.get('c')?.tasks, []);
    assert.deepEqual([first.get('a')?.tasks.length, first.get('b')?.tasks.length], [2, 2]);
    const second = round(
      ['a', 'b', 'c'].map((id) => member(id, first.get(id))),
      all,
    );
    assert.deepEqual(second.get('a'), first.get('a'));
    assert.deepEqual(second.get('b'), first.get('b'));
    assert.equal(second.get('c')?.tasks.length, 2);
  });

  it('takes from a member with too many the tasks of the connector it has most of', () => {
    const given = round([member('a', tasks('x-0', 'x-1', 'x-2', 'y-0')), member('b')], {
      connectors: [],
      tasks: ['x-0', 'x-1', 'x-2', 'y-0'],
    });
    assert.deepEqual(given.get('a')?.tasks, ['x-0', 'y-0']);
  });

  it('spreads the tasks of one connector', () => {
    const given = round([member('a'), member('b')], tasks('x-0', 'x-1', 'y-0', 'y-1'));
    for (const id of ['a', 'b'])
      assert.deepEqual(
        given
          .get(id)
          ?.tasks.map((key) => key.slice(0, 1))
          .toSorted(),
        ['x', 'y'],
      );
  });

  it('believes the newer generation when two members claim the same task', () => {
    const given = round([member('a', tasks('x-0'), 5), member('b', tasks('x-0'), 6)], tasks('x-0'));
    assert.deepEqual(given.get('a')?.tasks, []);
    assert.deepEqual(given.get('b')?.tasks, ['x-0']);
  });

  it('takes what no longer exists from everybody', () => {
    const given = round([member('a', { connectors: ['gone'], tasks: ['gone-0', 'x-0'] })], tasks('x-0'));
    assert.deepEqual(given.get('a'), tasks('x-0'));
  });

  it('neither gives away nor balances while work waits for its worker', () => {
    const given = assign({
      members: [member('a', tasks('x-0', 'x-1', 'x-2')), member('b')],
      work: tasks('x-0', 'x-1', 'x-2', 'x-3'),
      waiting: tasks('x-3'),
      returned: nothingReturned,
    });
    assert.deepEqual(given.get('a')?.tasks, ['x-0', 'x-1', 'x-2']);
    assert.deepEqual(given.get('b')?.tasks, []);
  });

  it('gives waiting work back to the worker that has returned', () => {
    const given = assign({
      members: [member('a', tasks('x-0')), member('b')],
      work: tasks('x-0', 'x-1'),
      waiting: noWork,
      returned: { connectors: new Map(), tasks: new Map([['x-1', 'b']]) },
    });
    assert.deepEqual(given.get('b')?.tasks, ['x-1']);
  });
});

/** A cluster that only keeps the books: workers stop what they are told to and report it in the next round. */
class Books {
  readonly held = new Map<string, Work>();
  readonly tasks = new Set<string>();

  /** One round; answers how many tasks changed from one living owner to another. */
  round(): { moved: number; settled: boolean } {
    const before = new Map([...this.held].flatMap(([id, work]) => work.tasks.map((key) => [key, id] as const)));
    const work = { connectors: [...new Set([...this.tasks].map((key) => key.slice(0, 3)))], tasks: [...this.tasks] };
    const given = round(
      [...this.held].map(([id, held]) => member(id, held)),
      work,
    );
    const owners = new Map<string, string>();
    let moved = 0;
    for (const [id, { tasks: keys }] of given)
      for (const key of keys) {
        assert.equal(owners.has(key), false, `${key} was given twice`);
        const holder = before.get(key);
        assert.ok(holder === undefined || holder === id, `${key} was given to ${id} while ${String(holder)} held it`);
        owners.set(key, id);
      }
    for (const [key] of before) if (this.tasks.has(key) && !owners.has(key)) moved += 1;
    for (const [id, share] of given) this.held.set(id, share);
    return { moved, settled: owners.size === this.tasks.size };
  }

  counts(kind: keyof Work): number[] {
    return [...this.held.values()].map((work) => work[kind].length);
  }
}

describe('assignment under random events', () => {
  for (const seed of [1, 2, 3, 4, 5])
    it(`stays balanced, moves the fewest and never gives a held task away: 100 workers, 400 events, seed ${seed}`, () => {
      const random = new SeededRandom(seed);
      const books = new Books();
      for (let worker = 0; worker < 100; worker += 1) books.held.set(`w${worker}`, noWork);
      for (let event = 0; event < 400; event += 1) {
        const connector = `c${String(random.below(60)).padStart(2, '0')}`;
        const kind = random.below(4);
        const ids = [...books.held.keys()];
        if (kind === 0) books.held.set(`n${event}`, noWork);
        else if (kind === 1 && ids.length > 1) books.held.delete(ids[random.below(ids.length)] ?? '');
        else if (kind === 2)
          for (let task = random.below(12); task >= 0; task -= 1) books.tasks.add(taskKey(connector, task));
        else for (const key of books.tasks) if (key.startsWith(`${connector}-`)) books.tasks.delete(key);
        const living = [...books.held.values()].map((work) => work.tasks.filter((key) => books.tasks.has(key)).length);
        const first = books.round();
        assert.equal(first.moved, fewestMoves(living, books.tasks.size));
        if (!first.settled) assert.deepEqual(books.round(), { moved: 0, settled: true });
        for (const counts of [books.counts('tasks'), books.counts('connectors')])
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, 'balanced to one');
        assert.deepEqual(books.round(), { moved: 0, settled: true });
      }
    });
});
