import assert from 'node:assert/strict';
import type { FlatObject } from '../../config-topics/json-text.ts';
import { postgresSlots } from '../../connectors/postgres/slot-names.ts';
import { leftSlots, slotsWithoutConnector, type LeftSlot } from './left-slots.ts';
import { bodyOfTask, type TaskBody } from './task-body.ts';
import { TaskHistory } from './task-history.ts';

type Configs = Readonly<Record<string, Readonly<Record<string, string>>>>;

const offset = (slot: string, system: string | null = '7'): FlatObject => ({
  lsn: 5n,
  'millrace.slot': slot,
  ...(system === null ? {} : { 'millrace.system': system }),
});

function left(offsets: Readonly<Record<string, FlatObject | null>>, configs: Configs): string[] {
  return leftSlots({
    stored: Object.keys(offsets),
    offsetsOf: (name) => (name in offsets ? [{ partition: { server: name }, offset: offsets[name] ?? null }] : []),
    configs: new Map(Object.entries(configs)),
    kinds: [postgresSlots],
    kindOf: (className) => (className.includes('postgresql') ? postgresSlots : undefined),
  }).map(({ connector, slot, system }) => `${connector} ${slot} ${system ?? '?'}`);
}

const postgres = (slot?: string): Record<string, string> => ({
  'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
  ...(slot === undefined ? {} : { 'slot.name': slot }),
});

describe('slots that a deleted connector may have left', () => {
  it('are those that its offsets name; connectors that exist, and offsets of other sources, name none', () => {
    const offsets = { gone: offset('a'), here: offset('b'), files: { position: 1 }, odd: null };
    assert.deepEqual(left(offsets, { here: postgres('b') }), ['gone a 7']);
  });

  it('are none that another connector uses by now, also one that has not begun yet or has no word about its server', () => {
    assert.deepEqual(left({ old: offset('a') }, { renamed: postgres('a') }), []);
    assert.deepEqual(left({ old: offset('debezium') }, { renamed: postgres() }), []);
    assert.deepEqual(left({ old: offset('a'), renamed: offset('a') }, { renamed: postgres('a') }), []);
    assert.deepEqual(left({ old: offset('a', null), other: offset('a') }, { other: postgres('a') }), []);
  });

  it('are so although a connector uses a slot of the same name on another server', () => {
    assert.deepEqual(left({ old: offset('a', '7'), other: offset('a', '8') }, { other: postgres('a') }), ['old a 7']);
    assert.deepEqual(left({ old: offset('debezium') }, { files: { 'connector.class': 'FileStream' } }), [
      'old debezium 7',
    ]);
  });
});

/** A task that reads the server and sees these slots beside its own. */
function reader(system: string | null, names: readonly string[]): TaskBody {
  const history = new TaskHistory(0).snapshot({ now: 0, epochMs: 0 }, 60_000);
  const body = bodyOfTask({ connector: 'inv', task: 0, workerId: 'w:1' }, history);
  const others = names.map((name) => ({ name, database: 'd', active: false, retained_bytes: 10, status: 'extended' }));
  const slot = { name: 'own', system, timeline: 1, status: null, level: 'ok' as const, warnings: [], others };
  const figures = { retained_bytes: 1, unconfirmed_bytes: 1, safe_bytes: null, limit_bytes: null };
  const source: TaskBody['source'] = {
    phase: 'streaming',
    connected: true,
    reconnect: null,
    position: null,
    confirmed: null,
    head: null,
    lag_bytes: null,
    lag_ms: null,
    last_event: null,
    last_transaction: null,
    transactions: 0,
    schema: null,
    snapshot: null,
    slot: { ...slot, ...figures, exhausted_in_ms: null, held_by: null, checked: 0 },
    incremental: null,
    heartbeat: null,
    spool: null,
    read_anew: null,
  };
  return { ...body, source };
}

describe('slots without a connector', () => {
  const old: LeftSlot = { connector: 'my old', slot: 'a', system: '7', partition: { server: 'x' } };

  it('are told with what they keep where a task sees them, and how to drop them', () => {
    const [entry] = slotsWithoutConnector([old], [reader('8', []), reader('7', ['b', 'a'])]);
    assert.deepEqual([entry?.exists, entry?.retained_bytes, entry?.status], [true, 10, 'extended']);
    assert.match(entry?.hint ?? '', /DELETE \/slots-without-connector\/my%20old\/a /);
  });

  it('are gone once a task of their server does not see them any more', () => {
    assert.deepEqual(slotsWithoutConnector([old], [reader('7', ['b'])]), []);
  });

  it('stay in the list as long as nobody can look, or not at all of them', () => {
    const many = Array.from({ length: 50 }, (_, index) => `s${index}`);
    for (const tasks of [[], [reader('8', ['a'])], [reader(null, ['a'])], [reader('7', many)]])
      assert.equal(slotsWithoutConnector([old], tasks)[0]?.exists, null);
  });
});
