import assert from 'node:assert/strict';
import { StartupCounts } from '../health/startup-counts.ts';
import type { TaskFailure } from '../task-host/messages.ts';
import type { DesiredTask } from './desired-tasks.ts';
import { TaskSlot, type TaskReport, type TaskSlotPort } from './task-slot.ts';

/** Writes down what a slot asks for; time moves only by hand. */
class Bench {
  readonly calls: string[] = [];
  trace: string | undefined;
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];
  #ownership: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #incarnation = 0;
  readonly slot: TaskSlot;

  constructor() {
    const write = (line: string) => void this.calls.push(line);
    const port: TaskSlotPort = {
      clock: {
        now: () => this.#now,
        after: (ms, call) => {
          const timer = { at: this.#now + ms, call };
          this.#timers.push(timer);
          return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
        },
      },
      epochMs: () => 1_000_000 + this.#now,
      random: () => 0,
      startups: new StartupCounts(),
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      start: (task) => {
        this.#incarnation += 1;
        write(`start ${this.#incarnation}${task.paused ? ' paused' : ''}`);
        return String(this.#incarnation);
      },
      proceed: (_key, incarnation) => write(`proceed ${incarnation}`),
      pause: () => write('pause'),
      resume: () => write('resume'),
      stop: (_key, quiet) => write(quiet ? 'stop quiet' : 'stop'),
      confirmOwnership: () =>
        new Promise((resolve, reject) => void this.#ownership.push({ resolve: () => resolve(), reject })),
      status: (_key, state, trace) => {
        write(`status ${state}`);
        this.trace = trace;
      },
      finished: (_key, detail) => write(`finished: ${detail}`),
      onReleased: (_key, quiet) => write(quiet ? 'released quietly' : 'released'),
    };
    this.slot = new TaskSlot('x-0', port);
  }

  async confirm(error?: Error): Promise<void> {
    const waiting = this.#ownership.shift();
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(error);
    await Promise.resolve();
    await Promise.resolve();
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { call } of due) call();
  }

  report(type: 'fenced' | 'started' | 'paused' | 'stopped', incarnation = String(this.#incarnation)): void {
    this.slot.receive({ type, id: 'x-0', incarnation });
  }

  /** It ended by itself, having nothing more to do. */
  finish(detail: string): void {
    this.slot.receive({ type: 'stopped', id: 'x-0', incarnation: String(this.#incarnation), detail });
  }

  fail(failure: Partial<TaskFailure> = {}, innocent = false): void {
    const full = {
      code: 'INTERNAL',
      message: 'm',
      trace: 't',
      fencing: false,
      retry: 'automatic',
      ...failure,
    } as const;
    const report: TaskReport = {
      type: 'failed',
      id: 'x-0',
      incarnation: String(this.#incarnation),
      failure: full,
      innocent,
    };
    this.slot.receive(report);
  }

  /** What was asked for since the last look. */
  seen(): string[] {
    return this.calls.splice(0);
  }
}

function task(change: Partial<DesiredTask> = {}): DesiredTask {
  const base = { key: 'x-0', connector: 'x', task: 0, taskConfig: { a: '1' }, connectorConfig: {} };
  return { ...base, paused: false, ready: true, ...change };
}

async function running(): Promise<Bench> {
  const bench = new Bench();
  bench.slot.want(task());
  bench.report('fenced');
  await bench.confirm();
  bench.report('started');
  bench.seen();
  return bench;
}

describe('a task on its worker', () => {
  it('goes on only after its ownership was confirmed, and is RUNNING only once it has started', async () => {
    const bench = new Bench();
    bench.slot.want(task());
    bench.report('fenced');
    assert.deepEqual(bench.seen(), ['start 1']);
    await bench.confirm();
    assert.deepEqual(bench.seen(), ['proceed 1']);
    bench.report('started');
    assert.deepEqual(bench.seen(), ['status RUNNING']);
  });

  it('that has nothing more to do is neither failed nor started again, and its connector is to be stopped', async () => {
    const bench = new Bench();
    bench.slot.want(task());
    bench.report('fenced');
    await bench.confirm();
    bench.report('started');
    bench.seen();
    bench.finish('all is read');
    assert.deepEqual(bench.seen(), ['released', 'finished: all is read']);
    bench.slot.want(task());
    bench.slot.want(task({ paused: true }));
    bench.pass(60_000);
    assert.deepEqual(bench.seen(), []);
    assert.equal(bench.slot.held, false);
    bench.slot.want(task({ taskConfig: { a: '2' } }));
    assert.deepEqual(bench.seen(), ['start 2'], 'with another configuration there may be something to do');
  });

  it('that is stopped while it finishes is stopped', async () => {
    const bench = new Bench();
    bench.slot.want(task());
    bench.report('fenced');
    await bench.confirm();
    bench.slot.want(undefined);
    bench.seen();
    bench.finish('all is read');
    assert.deepEqual(bench.seen(), ['released']);
  });

  it('never proceeds when it was taken away while its ownership was being confirmed', async () => {
    const bench = new Bench();
    bench.slot.want(task());
    bench.report('fenced');
    bench.slot.abandon();
    await bench.confirm();
    assert.deepEqual(bench.seen(), ['start 1', 'stop quiet']);
  });

  it('leaves no status and tries again when its ownership cannot be confirmed', async () => {
    const bench = new Bench();
    bench.slot.want(task());
    bench.report('fenced');
    await bench.confirm(new Error('config topic not read in time'));
    assert.deepEqual(bench.seen(), ['start 1', 'stop quiet']);
    bench.report('stopped');
    assert.deepEqual(bench.seen(), ['released quietly']);
    bench.pass(1000);
    assert.deepEqual(bench.seen(), ['start 2']);
  });

  it('does not start before the producers of earlier tasks are fenced, but goes on running meanwhile', async () => {
    const bench = new Bench();
    bench.slot.want(task({ ready: false }));
    assert.deepEqual(bench.seen(), []);
    bench.slot.want(task());
    assert.deepEqual(bench.seen(), ['start 1']);
    const other = await running();
    other.slot.want(task({ ready: false }));
    assert.deepEqual(other.seen(), []);
  });

  it('starts with a changed configuration only after the old run has stopped', async () => {
    const bench = await running();
    bench.slot.want(task({ taskConfig: { a: '2' } }));
    assert.deepEqual(bench.seen(), ['stop']);
    bench.slot.want(task({ taskConfig: { a: '3' } }));
    assert.deepEqual(bench.seen(), []);
    bench.report('stopped');
    assert.deepEqual(bench.seen(), ['released', 'start 2']);
  });

  it('goes on undisturbed when the same configuration is published again', async () => {
    const bench = await running();
    bench.slot.want(task({ taskConfig: { a: '1' } }));
    assert.deepEqual(bench.seen(), []);
  });

  it('pauses and resumes in place', async () => {
    const bench = await running();
    bench.slot.want(task({ paused: true }));
    bench.report('paused');
    bench.slot.want(task());
    bench.report('fenced');
    await bench.confirm();
    bench.report('started');
    assert.deepEqual(bench.seen(), ['pause', 'status PAUSED', 'resume', 'proceed 1', 'status RUNNING']);
  });

  it('writes no status when it was fenced, and starts again after the back-off', async () => {
    const bench = await running();
    bench.fail({ fencing: true });
    assert.deepEqual(bench.seen(), ['released quietly']);
    bench.pass(1000);
    assert.deepEqual(bench.seen(), ['start 2']);
  });

  it('stays stopped when it was fenced and is wanted here no more', async () => {
    const bench = await running();
    bench.fail({ fencing: true });
    bench.slot.want(undefined);
    bench.seen();
    bench.pass(60_000);
    assert.deepEqual(bench.seen(), []);
    assert.equal(bench.slot.empty, true);
  });

  it('starts again by itself with growing waits after a passing failure', async () => {
    const bench = await running();
    for (const [attempt, wait] of [1000, 2000, 4000].entries()) {
      bench.fail();
      assert.deepEqual(bench.seen(), ['status FAILED', 'released']);
      bench.pass(wait - 1);
      assert.deepEqual(bench.seen(), []);
      bench.pass(1);
      assert.deepEqual(bench.seen(), [`start ${attempt + 2}`]);
    }
  });

  it('forgets earlier failures once it has run for ten minutes', async () => {
    const bench = await running();
    bench.fail();
    bench.pass(1000);
    bench.report('started');
    bench.pass(600_000);
    bench.seen();
    bench.fail();
    bench.pass(1000);
    assert.deepEqual(bench.seen(), ['status FAILED', 'released', 'start 3']);
  });

  it('starts again at once, and free of charge, when another task brought its process down', async () => {
    const bench = await running();
    bench.slot.want(task({ connectorConfig: {} }));
    bench.fail({}, true);
    bench.pass(0);
    assert.deepEqual(bench.seen(), ['status FAILED', 'released', 'start 2']);
  });

  for (const retry of ['after-help', 'never'] as const)
    it(`stays FAILED when trying again helps ${retry}, until its configuration changes`, async () => {
      const bench = await running();
      bench.fail({ retry });
      bench.pass(600_000);
      bench.slot.want(task());
      assert.deepEqual(bench.seen(), ['status FAILED', 'released']);
      bench.slot.want(task({ taskConfig: { a: '2' } }));
      assert.deepEqual(bench.seen(), ['start 2']);
    });

  it('stays FAILED when its restarts are spent, and starts when asked by hand', () => {
    const bench = new Bench();
    bench.slot.want(task({ connectorConfig: { 'task.restart.max': '1' } }));
    bench.fail();
    bench.pass(1000);
    bench.fail();
    bench.pass(600_000);
    assert.deepEqual(bench.seen(), ['start 1', 'status FAILED', 'released', 'start 2', 'status FAILED', 'released']);
    bench.slot.restart();
    assert.deepEqual(bench.seen(), ['start 3']);
  });

  it('says in its trace that its restarts are spent, and shows the next one as long as there is one', () => {
    const bench = new Bench();
    bench.slot.want(task({ connectorConfig: { 'task.restart.max.per.hour': '1' } }));
    bench.report('started');
    bench.fail();
    assert.deepEqual(bench.slot.snapshot.next, { atMs: 1_001_000, attempt: 1, left: 0 });
    assert.equal(bench.trace, 't');
    bench.pass(1000);
    bench.fail({ trace: 'HOST_DIED: gone\nWhat to do: look' });
    const lines = bench.trace.split('\n');
    assert.equal(lines[0], 'HOST_DIED: gone');
    assert.match(lines[1] ?? '', /^Not started again by itself: 1 restarts within an hour are spent/);
    assert.equal(lines[2], 'What to do: look');
    const { run, next, spent, restarts } = bench.slot.snapshot;
    assert.deepEqual({ run, next, restarts }, { run: 'failed', next: null, restarts: 1 });
    assert.match(spent ?? '', /task.restart.max.per.hour=1/);
    bench.slot.restart();
    bench.report('started');
    bench.fail();
    const again = bench.slot.snapshot;
    assert.deepEqual([again.run, again.next?.attempt], ['waiting', 1]);
  });

  it('stops a running task before it restarts it by hand', async () => {
    const bench = await running();
    bench.slot.restart();
    assert.deepEqual(bench.seen(), ['stop']);
    bench.report('stopped');
    assert.deepEqual(bench.seen(), ['released', 'start 2']);
  });

  it('turns a graceful stop into a quiet one when the membership is lost meanwhile', async () => {
    const bench = await running();
    bench.slot.want(undefined);
    bench.slot.abandon();
    bench.report('stopped');
    assert.deepEqual(bench.seen(), ['stop', 'stop quiet', 'released quietly']);
  });

  it('takes no notice of reports of an earlier run', async () => {
    const bench = await running();
    bench.slot.restart();
    bench.report('stopped');
    bench.seen();
    bench.report('started', '1');
    bench.report('stopped', '1');
    assert.deepEqual(bench.seen(), []);
  });

  it('takes a task that ended without being asked for failed', async () => {
    const bench = await running();
    bench.report('stopped');
    assert.deepEqual(bench.seen(), ['status FAILED', 'released']);
  });
});
