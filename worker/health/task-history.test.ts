import assert from 'node:assert/strict';
import type { SourceProgress } from '../../connectors/source-progress.ts';
import { PipelineMeter } from '../task-host/pipeline-meter.ts';
import { progressReport } from '../task-host/progress-report.ts';
import { noErrors } from '../task-host/record-errors.ts';
import { TaskHistory } from './task-history.ts';

const source: SourceProgress = {
  plugin: 'postgres',
  server: 's',
  phase: 'streaming',
  connected: true,
  reconnect: null,
  position: '0/10',
  confirmed: '0/10',
  head: '0/10',
  lagBytes: 0,
  lagMs: 0,
  lastEventMs: null,
  lastTransaction: null,
  transactions: 0,
  changes: { creates: 0, updates: 0, deletes: 0, truncates: 0, filtered: 0 },
  schema: null,
  snapshot: null,
  slot: null,
  incremental: null,
  heartbeat: null,
  spool: null,
  readAnew: null,
};
const stallMs = 60_000;

/** A task under a clock that moves by hand, reporting once a second. */
class Bench {
  readonly history = new TaskHistory(0);
  now = 0;
  transactions = 0;
  records = 0;
  pendingBytes = 0;
  source: SourceProgress = source;

  constructor() {
    this.history.entered('starting', 0);
    this.history.entered('running', 0);
  }

  pass(seconds: number, each: () => void = () => undefined): void {
    for (let i = 0; i < seconds; i += 1) {
      this.now += 1000;
      each();
      const base = progressReport(
        {
          figures: { errors: noErrors },
          meter: new PipelineMeter().figures,
          queuedBytes: 0,
          pendingBytes: this.pendingBytes,
          capacityBytes: 1,
        },
        undefined,
      );
      const { transactions, records } = this;
      this.history.reported({ ...base, transactions, records, polled: records, source: this.source }, this.now);
    }
  }

  get snapshot() {
    return this.history.snapshot({ now: this.now, epochMs: 1_000_000 + this.now }, stallMs);
  }
}

describe('what a worker knows of a task', () => {
  it('knows whose code a run has loaded until the next run begins', () => {
    const bench = new Bench();
    assert.equal(bench.snapshot.plugins, null);
    const plugin = { className: 'io.x.Y', version: '1' };
    const converters = { keyConverter: plugin, valueConverter: plugin, headerConverter: plugin };
    const plugins = { connector: plugin, ...converters, transforms: [], predicates: [] };
    bench.history.loaded(plugins);
    bench.history.entered('failed', 0);
    assert.deepEqual(bench.snapshot.plugins, plugins);
    bench.history.entered('starting', 0);
    assert.equal(bench.snapshot.plugins, null);
  });

  it('a source that goes on without an acknowledgement makes it stalled, and the next acknowledgement well again', () => {
    const bench = new Bench();
    bench.pass(5, () => (bench.transactions += 1));
    bench.source = { ...source, head: '0/99', lagBytes: 137 };
    bench.pass(59);
    assert.equal(bench.snapshot.stalled, null);
    bench.pass(1);
    assert.deepEqual(bench.snapshot.stalled, { reason: 'not-acknowledged', sinceMs: 1_005_000 });
    bench.transactions += 1;
    bench.pass(1);
    assert.equal(bench.snapshot.stalled, null);
  });

  it('an idle source never makes it stalled', () => {
    const bench = new Bench();
    bench.pass(3600);
    assert.equal(bench.snapshot.stalled, null);
  });

  it('a host that is silent makes it stalled, since the silence began', () => {
    const bench = new Bench();
    bench.pass(10);
    bench.now += stallMs;
    assert.deepEqual(bench.snapshot.stalled, { reason: 'no-report', sinceMs: 1_010_000 });
  });

  it('a paused task is never stalled, and its pause counts as such', () => {
    const bench = new Bench();
    bench.pendingBytes = 5;
    bench.pass(10);
    bench.history.entered('paused', bench.now);
    bench.now += 90_000;
    const { stalled, runningRatio, pausedRatio } = bench.snapshot;
    assert.deepEqual({ stalled, runningRatio, pausedRatio }, { stalled: null, runningRatio: 0.1, pausedRatio: 0.9 });
  });

  it('shows its speed over the last half minute', () => {
    const bench = new Bench();
    bench.pass(100, () => (bench.records += 1000));
    assert.equal(bench.snapshot.recordsPerSecond, 1000);
    bench.pass(30);
    assert.equal(bench.snapshot.recordsPerSecond, 0);
  });

  it('shows the next restart until it is due', () => {
    const { history, snapshot } = new Bench();
    assert.equal(snapshot.next, null);
    history.entered('waiting', 10);
    history.waitsFor({ atMs: 2000, attempt: 1, left: 5 });
    const at = { now: 20, epochMs: 1020 };
    assert.deepEqual(history.snapshot(at, stallMs).next, { atMs: 2000, attempt: 1, left: 5 });
    history.entered('idle', 30);
    history.entered('starting', 30);
    assert.equal(history.snapshot(at, stallMs).next, null);
    assert.equal(history.snapshot(at, stallMs).restarts, 1);
  });
});
