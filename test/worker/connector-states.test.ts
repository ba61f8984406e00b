import assert from 'node:assert/strict';
import type { Status } from '../../scripts/demo/connect-client.ts';
import { CounterCluster, patientMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('states of a connector', () => {
  let cluster: CounterCluster;
  let names = 0;
  const fresh = (): string => `c${(names += 1)}`;

  /** Asks every worker in turn, so that forwarding is part of each test. */
  const call = async (method: string, path: string, body?: unknown) => {
    names += 1;
    const worker = cluster.workers[names % cluster.workers.length] ?? cluster.any;
    return worker.call(method, path, body);
  };
  const status = async (name: string): Promise<Status | undefined> => cluster.client.status(name);
  const reached = (name: string, connector: string, tasks: readonly string[]): Promise<number> =>
    until(
      async () => {
        const found = await status(name);
        const states = found?.tasks.map(({ state }) => state) ?? [];
        return found?.connector.state === connector && JSON.stringify(states) === JSON.stringify(tasks);
      },
      patientMs,
      `${name} ${connector} with tasks ${tasks.join(',')}`,
    );
  const started = (): number => cluster.workers.reduce((sum, worker) => sum + worker.said('task: starting').length, 0);

  before(async () => {
    cluster = await CounterCluster.start(3);
  });

  // What goes on counting would slow down the tests that follow.
  afterEach(() => cluster.deleteAll());

  after(async () => {
    await cluster.close();
  });

  it('pauses and resumes its tasks in place, and nothing is lost or repeated', async () => {
    const name = fresh();
    const numbers = await Numbers.open(cluster.topic(name));
    await cluster.create(name);
    await cluster.owner(name);
    await numbers.more(20);
    assert.equal((await call('PUT', `/connectors/${name}/pause`)).status, 202);
    await reached(name, 'PAUSED', ['PAUSED']);
    assert.equal((await call('PUT', `/connectors/${name}/resume`)).status, 202);
    await reached(name, 'RUNNING', ['RUNNING']);
    await numbers.more(20);
    numbers.verify();
    await numbers.close();
  });

  it('stops with all its tasks gone, and resumes where it was', async () => {
    const name = fresh();
    const numbers = await Numbers.open(cluster.topic(name));
    await cluster.create(name);
    await cluster.owner(name);
    await numbers.more(20);
    assert.equal((await call('PUT', `/connectors/${name}/stop`)).status, 204);
    await reached(name, 'STOPPED', []);
    assert.deepEqual((await call('GET', `/connectors/${name}/tasks`)).body, []);
    assert.equal((await call('PUT', `/connectors/${name}/resume`)).status, 202);
    await reached(name, 'RUNNING', ['RUNNING']);
    await numbers.more(20);
    numbers.verify();
    await numbers.close();
  });

  it('can be created paused or stopped, and makes no tasks then', async () => {
    for (const state of ['PAUSED', 'STOPPED']) {
      const name = fresh();
      const body = { name, config: cluster.config(name), initial_state: state };
      assert.equal((await call('POST', '/connectors', body)).status, 201);
      await reached(name, state, []);
    }
  });

  it('restarts one task, or the connector alone, when asked', async () => {
    const name = fresh();
    await cluster.create(name);
    await cluster.owner(name);
    const before = started();
    assert.equal((await call('POST', `/connectors/${name}/tasks/0/restart`)).status, 204);
    await until(() => started() === before + 1, patientMs, 'the task started again');
    await reached(name, 'RUNNING', ['RUNNING']);
    assert.equal((await call('POST', `/connectors/${name}/restart`)).status, 204);
    await reached(name, 'RUNNING', ['RUNNING']);
    assert.equal(started(), before + 1);
    const missing = await call('POST', `/connectors/${name}/tasks/7/restart`);
    assert.deepEqual(missing, { status: 404, body: { error_code: 404, message: `Unknown task: ${name}-7` } });
  });

  it('restarts the connector and all its tasks, and shows them as RESTARTING in the answer', async () => {
    const name = fresh();
    await cluster.create(name, { 'counter.tasks': '2' });
    await reached(name, 'RUNNING', ['RUNNING', 'RUNNING']);
    const before = started();
    const { status: code, body } = await call('POST', `/connectors/${name}/restart?includeTasks=true`);
    assert.equal(code, 202);
    assert.deepEqual(JSON.stringify(body).match(/RESTARTING/g)?.length, 3);
    await until(() => started() === before + 2, patientMs, 'both tasks started again');
    await reached(name, 'RUNNING', ['RUNNING', 'RUNNING']);
  });

  it('leaves a task that trying again cannot help FAILED with its trace, and restarts only what has failed', async () => {
    const name = fresh();
    await cluster.create(name, { 'counter.fails': 'CONFIG_INVALID' });
    await reached(name, 'RUNNING', ['FAILED']);
    const { body } = await call('GET', `/connectors/${name}/tasks/0/status`);
    assert.match(JSON.stringify(body), /CONFIG_INVALID: told to/);
    const before = started();
    const answer = await call('POST', `/connectors/${name}/restart?includeTasks=true&onlyFailed=true`);
    assert.equal(answer.status, 202);
    assert.deepEqual(JSON.stringify(answer.body).match(/RESTARTING/g)?.length, 1);
    await until(() => started() === before + 1, patientMs, 'the failed task started again');
    await reached(name, 'RUNNING', ['FAILED']);
  });

  it('starts a task that failed for a passing reason again by itself, as often as it is allowed', async () => {
    const name = fresh();
    const before = started();
    await cluster.create(name, {
      'counter.fails': 'INTERNAL',
      'task.restart.max': '2',
      'task.restart.backoff.ms': '50',
    });
    await until(() => started() === before + 3, patientMs, 'two restarts');
    const tired = (): boolean => cluster.workers.some((worker) => worker.said('stays failed').length > 0);
    await until(tired, patientMs, 'the restarts spent');
    assert.equal(started(), before + 3);
  });

  it('restarts the tasks of a connector whose configuration changes, and of no other', async () => {
    const [one, other] = [fresh(), fresh()];
    const numbers = await Numbers.open(cluster.topic(one));
    await cluster.create(one);
    await cluster.create(other);
    await Promise.all([cluster.owner(one), cluster.owner(other)]);
    const startsOf = (name: string): number =>
      cluster.workers.flatMap((worker) => worker.said('task: starting')).filter(({ task }) => task === `${name}-0`)
        .length;
    const changed = await call('PUT', `/connectors/${one}/config`, cluster.config(one, { 'counter.every.ms': '5' }));
    assert.equal(changed.status, 200);
    await until(() => startsOf(one) === 2, patientMs, 'the task started with its new configuration');
    await cluster.owner(one);
    await numbers.more(50);
    numbers.verify();
    assert.deepEqual([startsOf(one), startsOf(other)], [2, 1]);
    await numbers.close();
  });

  it('goes on undisturbed when the same configuration is put again', async () => {
    const name = fresh();
    await cluster.create(name);
    await cluster.owner(name);
    const before = started();
    assert.equal((await call('PUT', `/connectors/${name}/config`, cluster.config(name))).status, 200);
    await reached(name, 'RUNNING', ['RUNNING']);
    assert.equal(started(), before);
  });

  it('is gone with its statuses once it is deleted', async () => {
    const name = fresh();
    await cluster.create(name);
    await cluster.owner(name);
    assert.equal((await call('DELETE', `/connectors/${name}`)).status, 204);
    await until(async () => (await status(name)) === undefined, patientMs, 'the status removed');
    assert.equal((await call('GET', `/connectors/${name}`)).status, 404);
    assert.equal((await call('DELETE', `/connectors/${name}`)).status, 404);
  });

  it('fences the producers of removed tasks before the smaller set starts', async () => {
    const name = fresh();
    await cluster.create(name, { 'counter.tasks': '3' });
    await reached(name, 'RUNNING', ['RUNNING', 'RUNNING', 'RUNNING']);
    const config = cluster.config(name, { 'counter.tasks': '1' });
    assert.equal((await call('PUT', `/connectors/${name}/config`, config)).status, 200);
    await reached(name, 'RUNNING', ['RUNNING']);
    assert.equal(cluster.workers.flatMap((worker) => worker.said('could not be fenced')).length, 0);
  });
});
