import assert from 'node:assert/strict';
import { LogLevels } from '../../worker/log-levels.ts';
import { TaskHosts, type TaskEvent, type TaskHostsOptions } from '../../worker/supervisor/task-hosts.ts';
import type { TaskOrder } from '../../worker/task-host/messages.ts';

/** Hosts whose events and log lines can be waited for. */
class Hosts {
  readonly events: TaskEvent[] = [];
  readonly lines: { fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  readonly hosts: TaskHosts;
  readonly #waiting = new Set<() => void>();

  constructor(max: number, spare = 0, loggers?: TaskHostsOptions['loggers']) {
    const line = (fields: Readonly<Record<string, unknown>>, message: string): void => {
      this.lines.push({ fields, message });
      this.look();
    };
    this.hosts = new TaskHosts({
      max,
      spare,
      heapMaxMb: undefined,
      module: new URL('./support/plain-host.ts', import.meta.url),
      log: { debug: line, info: line, warn: line, error: line },
      onEvent: (event) => {
        this.events.push(event);
        this.look();
      },
      ...(loggers === undefined ? {} : { loggers }),
    });
  }

  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  event<K extends TaskEvent['type']>(type: K, id: string): Promise<Extract<TaskEvent, { type: K }>> {
    return this.until(() =>
      this.events.find((event): event is Extract<TaskEvent, { type: K }> => event.type === type && event.id === id),
    );
  }

  look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function order(taskConfig: Record<string, string> = {}, connectorConfig: Record<string, string> = {}): TaskOrder {
  return {
    incarnation: 'one',
    connector: 'x',
    task: 0,
    groupId: 'g',
    providers: {},
    environment: {},
    connectorConfig,
    taskConfig,
    workerConverters: {},
    exactlyOnce: true,
    producerConfig: {},
    adminConfig: {},
    offsetsTopic: 'o',
    topicCreation: true,
    paused: false,
  };
}

describe('task hosts', () => {
  let used: Hosts[] = [];
  const open = (max: number, spare?: number, loggers?: TaskHostsOptions['loggers']): Hosts => {
    const hosts = new Hosts(max, spare, loggers);
    used.push(hosts);
    return hosts;
  };

  afterEach(async () => {
    for (const { hosts } of used) await hosts.close();
    used = [];
  });

  it('give every task a process of its own up to the limit, then the least loaded one', () => {
    const { hosts, ...rest } = open(2);
    for (const id of ['a-0', 'b-0', 'c-0']) hosts.start(id, order());
    assert.equal(new Set(['a-0', 'b-0', 'c-0'].map((id) => hosts.pidOf(id))).size, 2);
    assert.equal(rest.events.length, 0);
  });

  it('keep the tasks of a connector that wants it alone, beyond the limit too', () => {
    const { hosts } = open(1);
    const alone = { 'task.host.alone': 'true' };
    hosts.start('a-0', order());
    hosts.start('b-0', order({}, alone));
    hosts.start('b-1', order({}, alone));
    hosts.start('c-0', order());
    assert.equal(new Set(['a-0', 'b-0', 'b-1'].map((id) => hosts.pidOf(id))).size, 3);
    assert.equal(hosts.pidOf('c-0'), hosts.pidOf('a-0'));
  });

  it('follow the levels of the loggers from their start on, and log by the names that they give', async () => {
    const levels = new LogLevels('INFO');
    const said: { logger: string; fields: Readonly<Record<string, unknown>> }[] = [];
    const test = open(1, 0, {
      levels,
      named: (logger) => {
        const note = (fields: Readonly<Record<string, unknown>>): void => {
          said.push({ logger, fields });
          test.look();
        };
        return { debug: note, info: note, warn: note, error: note };
      },
    });
    test.hosts.start('a-0', order());
    await test.until(() => said.find(({ fields }) => fields['root'] === 'INFO'));
    levels.set('test', 'TRACE', 1);
    const line = await test.until(() => said.find(({ fields }) => fields['test'] === 'TRACE'));
    assert.equal(line.logger, 'test.host');
  });

  it('fail the tasks of a host that ends, and only those, with what it wrote last', async () => {
    const test = open(2);
    test.hosts.start('good-0', order());
    test.hosts.start('bad-0', order({ ends: 'throw' }));
    const { failure, innocent } = await test.event('failed', 'bad-0');
    assert.equal(innocent, false);
    assert.equal(failure.code, 'HOST_DIED');
    assert.equal(failure.retry, 'automatic');
    assert.match(failure.trace, /the host broke/);
    assert.deepEqual(
      test.events.filter(({ type }) => type === 'failed').map(({ id }) => id),
      ['bad-0'],
    );
  });

  it('hold the task with most bytes in flight responsible when a shared host dies, and give it a process of its own', async () => {
    const test = open(1);
    test.hosts.start('small-0', order({ bytes: '10' }));
    test.hosts.start('large-0', order({ bytes: '1000' }));
    await Promise.all([test.event('started', 'small-0'), test.event('started', 'large-0')]);
    const shared = test.hosts.pidOf('small-0');
    assert.equal(test.hosts.pidOf('large-0'), shared);
    process.kill(shared ?? 0, 'SIGKILL');
    assert.equal((await test.event('failed', 'small-0')).innocent, true);
    assert.equal((await test.event('failed', 'large-0')).innocent, false);
    test.hosts.start('small-0', order());
    test.hosts.start('large-0', order());
    assert.notEqual(test.hosts.pidOf('large-0'), test.hosts.pidOf('small-0'));
  });

  it('kill a host whose task does not stop in time', async () => {
    const test = open(1);
    test.hosts.start('stuck-0', order({ stops: 'never' }));
    await test.event('started', 'stuck-0');
    test.hosts.stop('stuck-0', { graceMs: 0, quiet: true });
    assert.equal((await test.event('failed', 'stuck-0')).failure.code, 'HOST_DIED');
  });

  it('pass the newest lease to hosts that start later', async () => {
    const test = open(1);
    test.hosts.lease(100, 6000);
    test.hosts.lease(200, 6000);
    test.hosts.start('a-0', order());
    const line = await test.until(() => test.lines.find(({ message }) => message === 'lease'));
    assert.deepEqual(line.fields, { sentAt: 200, validMs: 6000 });
  });

  it('keep one spare started and take it for the next task', async () => {
    const test = open(4, 1);
    test.hosts.keepWarm();
    const [spare] = test.hosts.pids;
    test.hosts.start('a-0', order());
    assert.equal(test.hosts.pidOf('a-0'), spare);
    await test.event('started', 'a-0');
  });

  it('start as many as tasks are expected, one after the other, never more than there may be', async () => {
    const test = open(2, 1);
    test.hosts.keepWarm();
    await test.hosts.warmed(3, new AbortController().signal);
    const started = test.hosts.pids;
    assert.equal(started.length, 2);
    test.hosts.start('a-0', order());
    test.hosts.start('b-0', order());
    assert.deepEqual([test.hosts.pidOf('a-0'), test.hosts.pidOf('b-0')], started);
  });

  it('start none for expected tasks where no spare is wanted', async () => {
    const test = open(2, 0);
    test.hosts.keepWarm();
    await test.hosts.warmed(3, new AbortController().signal);
    assert.deepEqual(test.hosts.pids, []);
  });

  it('end with their worker', async () => {
    const test = open(1);
    test.hosts.start('a-0', order());
    await test.event('started', 'a-0');
    const pid = test.hosts.pidOf('a-0') ?? 0;
    await test.hosts.close();
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  });
});
