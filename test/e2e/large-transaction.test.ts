import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import type { WorkerServer } from '../../scripts/stack/worker-server.ts';
import { until } from '../postgres/support/test-database.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

/** 5,000,000 for the proof. */
const ROWS = Number(process.env['MILLRACE_TRANSACTION_ROWS'] ?? '1000000');
const GROWTH_BYTES = 150_000_000;
const PATIENCE_MS = 90_000 + ROWS / 10;
const many = ROWS.toLocaleString('en');

/** RSS in bytes of a worker and the task host at work: the largest of its children, since a spare one idles beside it. */
async function rssOf(pid: number): Promise<number> {
  let own = 0;
  let largestChild = 0;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/status`, 'utf8').catch(() => '');
    const rss = Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
    if (Number(entry) === pid) own = rss;
    else if (new RegExp(`^PPid:\\t${pid}$`, 'm').test(text)) largestChild = Math.max(largestChild, rss);
  }
  return own + largestChild;
}

/** Counts what comes of the rows 1 to ROWS. */
class Arrivals {
  readonly #seen = new Uint8Array(ROWS + 1);
  #newest = 0;
  repeated = 0;
  falling = 0;
  count = 0;
  warm = 0;

  take(key: string | null | undefined): void {
    const id = Number(/"id":(-?\d+)/.exec(key ?? '')?.[1]);
    if (id < 0) {
      this.warm += 1;
      return;
    }
    this.count += 1;
    if (this.#seen[id] === 1) this.repeated += 1;
    if (id < this.#newest) this.falling += 1;
    this.#newest = Math.max(this.#newest, id);
    this.#seen[id] = 1;
  }

  get verdict(): Readonly<Record<'repeated' | 'falling' | 'missing', number>> {
    const { repeated, falling } = this;
    return { repeated, falling, missing: this.#seen.subarray(1).filter((mark) => mark === 0).length };
  }
}

/** The largest RSS of a worker since the watch began. */
class RssWatch {
  readonly #timer: NodeJS.Timeout;
  readonly idle: number;
  peak: number;

  private constructor(pid: number, idle: number) {
    this.idle = this.peak = idle;
    this.#timer = setInterval(() => void rssOf(pid).then((rss) => (this.peak = Math.max(this.peak, rss))), 100);
  }

  static async start(pid: number): Promise<RssWatch> {
    return new RssWatch(pid, await rssOf(pid));
  }

  stop(what: string): void {
    clearInterval(this.#timer);
    const text = `RSS grew from ${this.idle >> 20} to ${this.peak >> 20} MiB ${what}`;
    console.log(`      ${text}`);
    assert.ok(this.peak - this.idle < GROWTH_BYTES, text);
  }
}

interface Stage {
  readonly cluster: TestCluster;
  readonly name: string;
  readonly arrivals: Arrivals;
  readonly reader: RecordReader;
}

async function connectorAtWork(workers: number, extra: Readonly<Record<string, string>>): Promise<Stage> {
  const { postgres, kafka } = servers();
  const cluster = await TestCluster.start({ workers });
  const name = uniqueName('big');
  const topic = `${name}.public.${name}`;
  await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`);
  await createTopic(kafka.bootstrap, topic, 1);
  const config = tableConnector(postgres, name, name, {
    'key.converter.schemas.enable': 'false',
    'value.converter.schemas.enable': 'false',
    ...extra,
  });
  await cluster.client.create(name, config);
  await cluster.client.untilRunning(name, 40_000);
  await sql(postgres, `INSERT INTO ${name} SELECT i, 'warm' FROM generate_series(-1000, -1) i`);
  const arrivals = new Arrivals();
  const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key }) => {
    arrivals.take(key);
    return false;
  });
  await reader.until(() => arrivals.warm === 1000);
  return { cluster, name, arrivals, reader };
}

/** Once another worker than the one that was killed has the task: all may have been delivered before the kill was noticed. */
async function endOf({ cluster, name, arrivals, reader }: Stage, killed: WorkerServer): Promise<void> {
  await otherOwner(cluster, name, killed);
  await reader.until(() => arrivals.count >= ROWS, PATIENCE_MS);
  await reader.close();
  assert.deepEqual(arrivals.verdict, { repeated: 0, falling: 0, missing: 0 });
  await cluster.client.delete(name);
  await cluster.close();
}

const rows = (name: string, from: number, to: number): string =>
  `INSERT INTO ${name} SELECT i, repeat('x', 100) || i FROM generate_series(${from}, ${to}) i`;

describe(`a transaction of ${many} rows`, function () {
  this.timeout(6 * PATIENCE_MS);

  it('does not grow the memory of worker and task host by 150 MB, and a kill in its middle loses and repeats nothing', async () => {
    const stage = await connectorAtWork(2, {});
    const { cluster, name, arrivals, reader } = stage;
    const owner = await cluster.owner(name);
    const watch = await RssWatch.start(owner.pid);
    await sql(servers().postgres, rows(name, 1, ROWS));
    await reader.until(() => arrivals.count > ROWS / 2, PATIENCE_MS);
    watch.stop('until the kill');
    await owner.kill('SIGKILL');
    await endOf(stage, owner);
  });

  it('that is sent while it runs does neither, killed before and behind its commit, and its files are gone with the process', async () => {
    const { postgres } = servers();
    const folder = await mkdtemp(join(tmpdir(), 'spool-e2e-'));
    const stage = await connectorAtWork(3, {
      'millrace.stream.in.progress': 'true',
      'millrace.spool.folder': folder,
    });
    const { cluster, name, arrivals, reader } = stage;
    const writer = new pg.Client(postgres.address);
    await writer.connect();
    await writer.query('BEGIN');
    const first = await cluster.owner(name);
    const spooling = await RssWatch.start(first.pid);
    await writer.query(rows(name, 1, ROWS / 2));
    await untilStreamed(name, ROWS * 25);
    spooling.stop('while half of it came');
    await first.kill('SIGKILL');
    assert.deepEqual(await readdir(folder), []);
    const second = await otherOwner(cluster, name, first);
    const watch = await RssWatch.start(second.pid);
    await writer.query(rows(name, ROWS / 2 + 1, ROWS));
    assert.equal(arrivals.count, 0);
    await writer.query('COMMIT');
    await writer.end();
    await reader.until(() => arrivals.count > ROWS / 2, PATIENCE_MS);
    watch.stop('until half of it was delivered');
    await second.kill('SIGKILL');
    await endOf(stage, second);
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
});

/** Waits until the server has sent so many bytes of transactions that run. */
async function untilStreamed(slot: string, bytes: number): Promise<void> {
  const query = `SELECT stream_bytes::float8 AS bytes FROM pg_stat_replication_slots WHERE slot_name = '${slot}'`;
  await until(
    async () => Number((await sql(servers().postgres, query))[0]?.['bytes'] ?? 0) > bytes,
    'the transaction comes while it runs',
    PATIENCE_MS,
  );
}

/** The worker that runs the task once the given one does not any more. */
async function otherOwner(cluster: TestCluster, name: string, gone: WorkerServer): Promise<WorkerServer> {
  const status = await cluster.client.until(
    name,
    ({ tasks }) =>
      tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING' && task.worker_id !== gone.workerId),
    60_000,
  );
  const worker = cluster.workers.find(({ workerId }) => workerId === status.tasks[0]?.worker_id);
  if (worker === undefined) throw new Error('the task runs on no worker of this cluster');
  return worker;
}
