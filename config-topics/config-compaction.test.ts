import assert from 'node:assert/strict';
import { SeededRandom } from '../scripts/testing/seeded-random.ts';
import type { ConfigSnapshot } from './config-snapshot.ts';
import { ConfigState } from './config-state.ts';
import { commitRecord } from './records/commit-record.ts';
import { decodeConfigRecord } from './records/config-record.ts';
import { connectorRecord } from './records/connector-record.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { targetStateRecord } from './records/target-state-record.ts';
import { taskCountRecord } from './records/task-count-record.ts';
import { taskRecord } from './records/task-record.ts';

/** A topic as our leaders write it, together with a worker that has read along from the first record. */
class History {
  readonly records: StoredRecord[] = [];
  readonly worker = new ConfigState();
  /** Connectors with task records behind their last commit: their leader died in the middle. */
  readonly halfWritten = new Set<string>();
  #version = 0;

  constructor() {
    this.worker.goLive();
  }

  step(random: SeededRandom): void {
    const name = ['a', 'a-1', 'b'][random.below(3)] ?? 'a';
    const exists = this.worker.snapshot().connectors.has(name);
    const config = { version: String((this.#version += 1)) };
    if (!exists) {
      if (this.worker.hasTasksOfFormerLife(name)) this.#write(commitRecord(name, 0));
      if (random.below(2) === 0) this.#write(targetStateRecord(name, 'PAUSED'));
      this.#write(connectorRecord(name, config));
      return;
    }
    switch (random.below(7)) {
      case 0:
        this.#write(connectorRecord(name, config));
        break;
      case 1:
        this.#write(targetStateRecord(name, (['STARTED', 'PAUSED', 'STOPPED'] as const)[random.below(3)] ?? 'STARTED'));
        break;
      case 2:
        this.#write(connectorRecord(name, null));
        this.#write(targetStateRecord(name, null));
        break;
      case 3:
        this.#write(taskCountRecord(name, random.below(4)));
        break;
      case 4: {
        const count = 1 + random.below(3);
        for (let task = 0; task < count; task += 1) this.#write(taskRecord(name, task, config));
        this.halfWritten.add(name);
        break;
      }
      default: {
        const count = random.below(4);
        for (let task = 0; task < count; task += 1) this.#write(taskRecord(name, task, config));
        this.#write(commitRecord(name, count));
        this.halfWritten.delete(name);
      }
    }
  }

  #write(record: StoredRecord): void {
    this.records.push(record);
    this.worker.apply(decodeConfigRecord(record.key, record.value), BigInt(this.records.length - 1));
  }
}

type Kept = readonly (readonly [StoredRecord, bigint])[];

/**
 * What a log cleaner leaves that knows the newest offset of every key below `point` and has come as far as `done`: from the
 * start up to there it has taken every record that a newer one replaces, and on some runs the newest tombstones too
 * (delete.retention.ms). Kafka documentation 4.8, "Log Compaction".
 */
function clean(records: Kept, { point, done, tombstones }: { point: number; done: number; tombstones: boolean }): Kept {
  const newest = new Map<string, bigint>();
  for (const [{ key }, offset] of records) if (offset < point) newest.set(key, offset);
  return records.filter(([{ key, value }, offset]) => {
    if (offset >= done) return true;
    return newest.get(key) === offset && !(tombstones && value === null);
  });
}

/** One finished run of the cleaner, then one that was stopped in its middle. */
function compacted(records: readonly StoredRecord[], random: SeededRandom): Kept {
  const first = random.below(records.length + 1);
  const second = first + random.below(records.length + 1 - first);
  const all = records.map((record, offset) => [record, BigInt(offset)] as const);
  const once = clean(all, { point: first, done: first, tombstones: random.below(2) === 0 });
  return clean(once, { point: second, done: random.below(second + 1), tombstones: random.below(2) === 0 });
}

function replay(records: Kept): ConfigSnapshot {
  const state = new ConfigState();
  for (const [{ key, value }, offset] of records) state.apply(decodeConfigRecord(key, value), offset);
  state.goLive();
  return state.snapshot();
}

/** The compacted view of a connector must be the view of the worker that saw everything, but for what compaction destroyed. */
function compare(history: History, replayed: ConfigSnapshot, where: string): void {
  const full = history.worker.snapshot();
  assert.deepEqual([...replayed.connectors.keys()].sort(), [...full.connectors.keys()].sort(), where);
  for (const [name, expected] of full.connectors) {
    const found = replayed.connectors.get(name);
    assert.ok(found);
    const { appliedConfig, fencedTasks, ...rest } = found;
    const { appliedConfig: expectedApplied, fencedTasks: expectedFenced, ...expectedRest } = expected;
    if (history.halfWritten.has(name) && found.inconsistent) {
      assert.deepEqual(found.tasks, [], where);
      continue;
    }
    assert.deepEqual(rest, expectedRest, `${where}, connector ${name}`);
    // What the tasks were generated from may be forgotten, but never be wrong.
    if (appliedConfig !== undefined) assert.deepEqual(appliedConfig, expectedApplied, `${where}, applied of ${name}`);
    if (fencedTasks !== undefined) assert.deepEqual(fencedTasks, expectedFenced, `${where}, fenced of ${name}`);
  }
}

describe('compaction of the config topic', () => {
  it('changes nothing for a worker that reads what is left, at any moment of 300 random histories', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const history = new History();
      for (let step = 0; step < 30; step += 1) {
        history.step(random);
        compare(history, replay(compacted(history.records, random)), `seed ${seed}, step ${step}`);
      }
    }
  }).timeout(60_000);
});
