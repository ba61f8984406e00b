import assert from 'node:assert/strict';
import type { SourceOffset } from '../../change-batch.ts';
import { SnapshotQueue } from './snapshot-queue.ts';
import type { QueuedTable, SnapshotRequest } from './snapshot-request.ts';

const request = (id: string, ...collections: string[]): SnapshotRequest => ({
  id,
  collections,
  conditions: [],
  surrogateKey: null,
});
const table = (name: string): QueuedTable => ({ schema: 'public', table: name, condition: null, surrogateKey: null });

describe('the queue of incremental snapshots', () => {
  let stored: Map<string, SourceOffset>;
  const store = (queue: SnapshotQueue): void => {
    for (const { partition, offset } of queue.takeOffsets()) {
      const key = String(partition['millrace.incremental']);
      if (offset === null) stored.delete(key);
      else stored.set(key, offset);
    }
  };
  /** As a successor of the task finds it. */
  const restored = (): SnapshotQueue => {
    const queue = new SnapshotQueue('inv');
    queue.restore(stored.get('queue'), stored.get('position'));
    return queue;
  };

  beforeEach(() => (stored = new Map()));

  it('goes on after a restart behind the last chunk that was stored', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public\\..*'));
    store(queue);
    assert.equal(restored().nextRequest?.id, 'a');
    queue.begin([table('one'), table('two')]);
    queue.bound(['90']);
    queue.advance(['50'], 50);
    store(queue);
    assert.deepEqual(restored().current, {
      request: 'a',
      table: table('one'),
      last: ['50'],
      maximum: ['90'],
      rows: 50,
    });
    queue.advance(['90'], 40);
    assert.equal(queue.finishTable(), false);
    store(queue);
    assert.deepEqual(restored().current, { request: 'a', table: table('two'), last: null, maximum: null, rows: 0 });
  });

  it('begins a table anew when it is read by another key than the one that is stored', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public.one'));
    queue.begin([table('one')]);
    queue.readBy(['id 23']);
    queue.advance(['50'], 50);
    store(queue);
    const same = restored();
    same.readBy(['id 23']);
    assert.deepEqual(same.current?.last, ['50']);
    const other = restored();
    other.readBy(['id 25']);
    assert.deepEqual([other.current?.last, other.current?.rows], [null, 0]);
  });

  it('leaves nothing stored when all is done', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public.one'));
    queue.begin([table('one')]);
    store(queue);
    assert.equal(stored.size, 2);
    assert.equal(queue.finishTable(), true);
    store(queue);
    assert.equal(stored.size, 0);
    assert.equal(restored().isEmpty, true);
  });

  it('stores flat values only', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public.one'));
    queue.begin([table('one')]);
    for (const { offset } of queue.takeOffsets())
      for (const value of Object.values(offset ?? {})) assert.ok(value === null || typeof value !== 'object');
  });

  it('stops single tables, keeping the place in the one that is being read', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public\\..*'));
    queue.begin([table('one'), table('two'), table('three')]);
    queue.advance(['7'], 7);
    assert.deepEqual(queue.stop(['public.two']), { stopped: ['public.two'], current: false });
    assert.deepEqual(queue.current?.last, ['7']);
    assert.deepEqual(queue.names, ['public.one', 'public.three']);
    store(queue);
    assert.deepEqual(restored().current?.last, ['7']);
    assert.deepEqual(queue.stop(['public.one']), { stopped: ['public.one'], current: true });
    assert.equal(queue.current.table.table, 'three');
    assert.equal(queue.current.last, null);
    assert.deepEqual(queue.stop(['public.unknown']), { stopped: [], current: false });
  });

  it('stops everything, waiting requests and a pause included', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public.one'));
    queue.begin([table('one')]);
    queue.add(request('b', 'public.two'));
    queue.pause(true);
    assert.deepEqual(queue.stop(null), { stopped: ['public.one', 'public.two'], current: true });
    assert.equal(queue.isEmpty, true);
    assert.equal(queue.isPaused, false);
    store(queue);
    assert.equal(stored.size, 0);
  });

  it('remembers a pause', () => {
    const queue = new SnapshotQueue('inv');
    queue.add(request('a', 'public.one'));
    queue.pause(true);
    store(queue);
    assert.equal(restored().isPaused, true);
  });

  it('takes no more requests than fit into a record', () => {
    const queue = new SnapshotQueue('inv');
    let taken = 0;
    while (queue.add(request('a', 'x'.repeat(10_000)))) taken += 1;
    assert.ok(taken > 40 && taken < 60, `${taken}`);
  });
});
