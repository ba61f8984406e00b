import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { taskBody, type TaskBody } from '../../worker/health/task-body.ts';
import { metricGroups } from '../../worker/metrics/all-metrics.ts';
import { LoadedConnector } from '../support/loaded-connector.ts';
import { servers } from '../support/servers.ts';
import { TestCluster } from '../support/test-cluster.ts';

const named = z.object({ connector: z.string(), task: z.number() });
const summaryBody = z.object({
  complete: z.boolean(),
  connectors: z.object({ total: z.number(), by_state: z.record(z.string(), z.number()) }),
  tasks: z.object({ by_state: z.record(z.string(), z.number()), records_per_second: z.number() }),
  failing: z.array(named.extend({ failure: z.object({ code: z.string(), hint: z.string().nullable() }).nullable() })),
  stalled: z.array(named.extend({ reason: z.string() })),
  disconnected: z.array(named),
  next_restarts: z.array(named.extend({ at: z.number(), attempt: z.number() })),
  last_failures: z.array(named.extend({ code: z.string(), causes: z.array(z.string()), count: z.number() })),
  workers: z.array(z.object({ worker_id: z.string(), answered: z.boolean(), tasks: z.array(z.string()).optional() })),
});

async function json(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function progressOf(url: string, connector: string): Promise<TaskBody> {
  return taskBody.parse(await json(`${url}/connectors/${connector}/tasks/0/progress`));
}

async function summaryOf(url: string): Promise<z.infer<typeof summaryBody>> {
  return summaryBody.parse(await json(`${url}/summary`));
}

/** Asks until it holds; the last answer is in the error otherwise. */
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean, timeoutMs = 60_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > end) throw new Error(`did not come about: ${JSON.stringify(answer)}`);
    await delay(100);
  }
}

describe('how tasks and cluster are', () => {
  it('progress moves under load and is the same asked of any worker; the metrics are Prometheus text', async () => {
    const { kafka, postgres } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(200);
      const urls = cluster.workers.map(({ url }) => url);
      const first = await until(
        () => progressOf(cluster.url, connector.name),
        ({ records, source }) => records > 0 && source?.head !== null,
      );
      assert.equal(first.run, 'running');
      assert.equal(first.stalled, null);
      assert.ok(first.source?.connected === true);
      await connector.more(200);
      for (const url of urls) {
        const later = await until(
          () => progressOf(url, connector.name),
          (body) => body.records > first.records && body.records_per_second > 0,
        );
        assert.equal(later.worker_id, first.worker_id);
        assert.ok((later.last_commit ?? 0) > (first.last_commit ?? 0));
        assert.notEqual(later.source?.position, first.source.position);
        assert.ok((later.source?.transactions ?? 0) > first.source.transactions);
        const lagMs = later.source?.lag_ms ?? Infinity;
        assert.ok(lagMs < 30_000, `behind by ${lagMs} ms`);
      }
      for (const url of urls) {
        const summary = await summaryOf(url);
        assert.ok(summary.complete);
        assert.equal(summary.workers.length, 2);
        assert.deepEqual(summary.connectors, { ...summary.connectors, total: 1, by_state: { RUNNING: 1 } });
        assert.deepEqual(
          summary.workers.flatMap(({ tasks }) => tasks ?? []),
          [`${connector.name}-0`],
        );
      }
      const owner = await cluster.owner(connector.name);
      const answer = await fetch(`${owner.url}/metrics`, { headers: { Accept: 'text/plain;version=0.0.4,*/*;q=0.1' } });
      assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      for (const { name } of Object.values(metricGroups).flat()) assert.ok(text.includes(`# TYPE ${name} `), name);
      const written = new RegExp(
        `^kafka_connect_source_task_source_record_write_total\\{connector="${connector.name}",task="0"\\} (\\d+)$`,
        'm',
      ).exec(text)?.[1];
      assert.ok(Number(written) > 0);
      assert.match(
        text,
        new RegExp(`^debezium_metrics_Connected\\{plugin="postgres",name="${connector.name}".*\\} 1$`, 'm'),
      );
      assert.match(text, /^millrace_task_host_resident_memory_bytes\{pid="\d+"\} \d+$/m);
    } finally {
      await connector.close();
      await cluster.close();
    }
  });

  it('a frozen worker is named as one that did not answer, and the others are shown all the same', async () => {
    const cluster = await TestCluster.start({ workers: 2, properties: { 'session.timeout.ms': '60000' } });
    try {
      const urls = cluster.workers.map(({ url }) => url);
      for (const url of urls)
        await until(
          () => summaryOf(url),
          ({ workers, complete }) => complete && workers.length === 2,
        );
      const [frozen, other] = cluster.workers;
      assert.ok(frozen !== undefined && other !== undefined);
      // The one that leads and the one that does not: each is frozen once.
      for (const [ice, asked] of [
        [frozen, other],
        [other, frozen],
      ] as const) {
        await ice.kill('SIGSTOP');
        const { complete, workers } = await summaryOf(asked.url);
        await ice.kill('SIGCONT');
        assert.equal(complete, false);
        assert.deepEqual(Object.fromEntries(workers.map(({ worker_id, answered }) => [worker_id, answered])), {
          [ice.workerId]: false,
          [asked.workerId]: true,
        });
      }
    } finally {
      await cluster.close();
    }
  });

  it('a task that is RUNNING while its broker is frozen shows as stalled, and as well again afterwards', async () => {
    const { stack, postgres } = servers();
    const kafka = await stack.start('kafka', { as: 'kafka-stall' });
    // The membership must outlive the frost, or the task would be stopped for the want of its lease.
    const cluster = await TestCluster.start({
      bootstrap: kafka.bootstrap,
      properties: { 'session.timeout.ms': '120000' },
    });
    const extra = { 'task.stall.timeout.ms': '3000' };
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres, extra });
    try {
      await connector.more(200);
      assert.equal((await progressOf(cluster.url, connector.name)).stalled, null);
      await kafka.kill('SIGSTOP');
      const { stalled, run, pending_bytes } = await until(
        () => progressOf(cluster.url, connector.name),
        (body) => body.stalled !== null,
      );
      assert.deepEqual([run, stalled?.reason], ['running', 'not-acknowledged']);
      assert.ok(pending_bytes > 0);
      const summary = await summaryOf(cluster.url);
      assert.deepEqual(
        summary.stalled.map((entry) => entry.connector),
        [connector.name],
      );
      assert.deepEqual(summary.tasks.by_state, { RUNNING: 1 });
      const metrics = await (await fetch(`${cluster.url}/metrics`)).text();
      assert.match(metrics, new RegExp(`^millrace_task_stalled\\{connector="${connector.name}",task="0"\\} 1$`, 'm'));
      await kafka.kill('SIGCONT');
      await until(
        () => progressOf(cluster.url, connector.name),
        (body) => body.stalled === null && body.run === 'running',
      );
      await connector.verify();
    } finally {
      await connector.close();
      await cluster.close();
      await kafka.close();
    }
  });

  it('with its database gone a task shows the next try, then its back-off, and runs again by itself', async () => {
    const { stack, kafka } = servers();
    const postgres = await stack.start('postgres', { as: 'postgres-health' });
    // A lost membership on a busy machine would be another failure than the one that this is about.
    const cluster = await TestCluster.start({ properties: { 'session.timeout.ms': '60000' } });
    const connector = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
    try {
      await connector.more(200);
      await connector.load.pause();
      await postgres.kill('SIGKILL');
      const lost = await until(
        () => progressOf(cluster.url, connector.name),
        ({ source }) => source?.connected === false,
      );
      assert.equal(lost.run, 'running');
      assert.ok((lost.source?.reconnect?.attempt ?? 0) >= 1);
      assert.ok((lost.source?.reconnect?.reason ?? '') !== '');
      assert.equal((await summaryOf(cluster.url)).disconnected.length, 1);

      // A run that begins without its database fails, and waits for its next one.
      const url = `${cluster.url}/connectors/${connector.name}/tasks/0/restart`;
      assert.equal((await fetch(url, { method: 'POST' })).status, 204);
      const waiting = await until(
        () => progressOf(cluster.url, connector.name),
        ({ run, restarts }) => run === 'waiting' && restarts.next !== null,
      );
      assert.equal(waiting.restarts.next?.attempt, 1);
      assert.equal(waiting.restarts.next.left, 119);
      assert.ok(waiting.restarts.next.at > Date.now() - 2000);
      const failure = waiting.failures.at(-1);
      assert.equal(failure?.retry, 'automatic');
      assert.ok((failure.hint ?? '') !== '');
      const again = await until(
        () => summaryOf(cluster.url),
        ({ next_restarts }) => next_restarts.length === 1 && (next_restarts[0]?.attempt ?? 0) >= 2,
      );
      assert.equal(again.failing[0]?.failure?.code, failure.code);
      assert.equal(again.last_failures[0]?.connector, connector.name);

      await postgres.restart();
      const well = await until(
        () => progressOf(cluster.url, connector.name),
        ({ run, source }) => run === 'running' && source?.phase === 'streaming',
      );
      assert.equal(well.restarts.next, null);
      assert.ok(well.restarts.total >= 2);
      await connector.load.resume();
      await connector.more(100);
      await connector.verify();
    } finally {
      await connector.close();
      await cluster.close();
      await postgres.close();
    }
  });
});
