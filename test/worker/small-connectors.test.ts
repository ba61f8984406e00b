import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader, type ReadRecord } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { TestCluster, uniqueName } from '../support/test-cluster.ts';
import { until } from './support/counter-cluster.ts';

const stringConverter = 'org.apache.kafka.connect.storage.StringConverter';

/** `task → its numbers`, in the order of the topic. */
function numbersByTask(records: readonly ReadRecord[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { value } of records) {
    const { task, seqno } = JSON.parse(value ?? '{}') as { task: number; seqno: number };
    found.set(task, [...(found.get(task) ?? []), seqno]);
  }
  return found;
}

function assertComplete(numbers: ReadonlyMap<number, number[]>): void {
  for (const [task, found] of numbers)
    assert.deepEqual(
      found,
      found.map((_, index) => index),
      `task ${task} has a gap or a repetition`,
    );
}

describe('small connectors', () => {
  let cluster: TestCluster;
  let folder: string;
  let readers: RecordReader[] = [];
  let connectors: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-lines-'));
    cluster = await TestCluster.start({
      properties: { 'task.hosts.max': '8', 'task.shutdown.graceful.timeout.ms': '1000' },
    });
  });

  after(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const reader of readers) await reader.close();
    for (const name of connectors) await cluster.client.delete(name);
    readers = [];
    connectors = [];
  });

  /** Creates the connector and its topic of one partition, named like it. */
  async function create(name: string, config: Readonly<Record<string, string>>): Promise<RecordReader> {
    const { kafka } = servers();
    await createTopic(kafka.bootstrap, name, 1);
    connectors.push(name);
    await cluster.client.create(name, { topic: name, ...config });
    const reader = await RecordReader.open(kafka.bootstrap, name);
    readers.push(reader);
    return reader;
  }

  const load = (name: string, config: Readonly<Record<string, string>>) =>
    create(name, { 'connector.class': 'load', 'interval.ms': '50', ...config });

  function hosts(): number[] {
    const pid = cluster.workers[0]?.pid ?? 0;
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  }

  async function offsets(name: string): Promise<unknown> {
    return (await fetch(`${cluster.url}/connectors/${name}/offsets`)).json();
  }

  async function states(name: string): Promise<(string | undefined)[]> {
    const found = await cluster.client.status(name);
    return (found?.tasks ?? []).toSorted((a, b) => a.id - b.id).map(({ state }) => state);
  }

  it('FileStreamSource deals files out over its tasks, follows them, and goes on after a kill where it was', async () => {
    const name = uniqueName('files');
    const files = ['a', 'b', 'c'].map((file) => join(folder, file));
    for (const file of files) writeFileSync(file, `${file} 1\n${file} 2\r\nnot yet`);
    const reader = await create(name, {
      'connector.class': 'FileStreamSource',
      files: files.join(','),
      'tasks.max': '2',
      'value.converter': stringConverter,
    });
    await reader.until((records) => records.length === 6);
    assert.equal((await states(name)).length, 2);
    for (const pid of hosts()) process.kill(pid, 'SIGKILL');
    for (const file of files) appendFileSync(file, `, now\n${file} 4\n`);
    const records = await reader.until((found) => found.length >= 12, 60_000);
    assert.deepEqual(
      records.map(({ value }) => value).toSorted(),
      files.flatMap((file) => [`${file} 1`, `${file} 2`, 'not yet, now', `${file} 4`]).toSorted(),
    );
    const { offsets: stored } = (await offsets(name)) as { offsets: { partition: unknown; offset: unknown }[] };
    assert.deepEqual(
      stored.find(({ partition }) => (partition as { filename: string }).filename === files[0]),
      { partition: { filename: files[0] }, offset: { position: readFileSync(files[0] ?? '').length } },
    );
  });

  it('FileStreamSource fails when its file has become shorter, and says so', async () => {
    const name = uniqueName('shorter');
    const file = join(folder, name);
    writeFileSync(file, 'one\ntwo\n');
    const reader = await create(name, { 'connector.class': 'FileStreamSource', file });
    const records = await reader.until((found) => found.length === 2);
    assert.deepEqual(
      records.map(({ value }) => value),
      ['"one"', '"two"'],
    );
    writeFileSync(file, 'x\n');
    await until(async () => (await states(name))[0] === 'FAILED', 30_000, 'FAILED');
    assert.match((await cluster.client.status(name))?.tasks[0]?.trace ?? '', /FILE_UNUSABLE.* has 2 bytes/);
  });

  it('load makes numbers without gap or repetition in every task, over a restart and a kill', async () => {
    const name = uniqueName('load');
    const reader = await load(name, { 'tasks.max': '3', throughput: '200', 'records.max': '1500' });
    await reader.until((records) => records.length > 300);
    const restart = await fetch(`${cluster.url}/connectors/${name}/restart?includeTasks=true`, { method: 'POST' });
    assert.equal(restart.ok, true);
    await reader.until((records) => records.length > 1500, 60_000);
    for (const pid of hosts()) process.kill(pid, 'SIGKILL');
    const numbers = numbersByTask(await reader.until((records) => records.length >= 4500, 90_000));
    assert.deepEqual([...numbers.keys()].toSorted(), [0, 1, 2]);
    assertComplete(numbers);
    assert.equal(reader.records.length, 4500);
  });

  it('load keeps to its rate', async () => {
    const name = uniqueName('rate');
    const start = performance.now();
    const reader = await load(name, { throughput: '100' });
    await reader.until((records) => records.length >= 300);
    // Only a bound that load on the machine cannot break: never faster than asked for.
    assert.ok(performance.now() - start > 2000);
  });

  it('load with retriable failures is started again by the policy, and loses and repeats nothing', async () => {
    const name = uniqueName('retriable');
    const reader = await load(name, {
      throughput: '1000',
      'failure.kind': 'retriable',
      'failure.after.records': '50',
      'task.restart.backoff.ms': '50',
      'task.restart.backoff.max.ms': '100',
    });
    assertComplete(numbersByTask(await reader.until((records) => records.length >= 120, 60_000)));
  });

  it('load with a fatal failure in one task stays FAILED there, and the other task goes on', async () => {
    const name = uniqueName('fatal');
    const reader = await load(name, {
      'tasks.max': '2',
      throughput: '200',
      'failure.kind': 'fatal',
      'failure.after.records': '20',
      'failure.task': '1',
    });
    await until(async () => (await states(name))[1] === 'FAILED', 30_000, 'task 1 FAILED');
    const before = reader.records.length;
    await reader.until((records) => records.length > before + 100);
    assert.deepEqual(await states(name), ['RUNNING', 'FAILED']);
    assert.match((await cluster.client.status(name))?.tasks[1]?.trace ?? '', /LOAD_FAILURE_FATAL/);
  });

  it('load that kills its process costs no other task anything, and goes on', async () => {
    const [bystander, name] = [uniqueName('bystander'), uniqueName('crash')];
    const other = await load(bystander, { throughput: '100' });
    await cluster.client.untilRunning(bystander, 30_000);
    const startOf = async () => await (await fetch(`${cluster.url}/connectors/${bystander}/status`)).json();
    const before = await startOf();
    const reader = await load(name, {
      throughput: '300',
      'failure.kind': 'crash',
      'failure.after.records': '100',
      'task.restart.backoff.ms': '50',
      'task.restart.backoff.max.ms': '100',
    });
    // Two starts at least; what was not committed at a crash is made again, and seen once.
    assertComplete(numbersByTask(await reader.until((records) => records.length > 150, 60_000)));
    assertComplete(numbersByTask(other.records));
    assert.deepEqual(await startOf(), before);
  });

  it('load that hangs can be stopped all the same', async () => {
    const name = uniqueName('hang');
    const reader = await load(name, { throughput: '1000', 'failure.kind': 'hang', 'failure.after.records': '10' });
    await reader.until((records) => records.length >= 10);
    await cluster.client.put(name, 'stop');
    await until(
      async () =>
        (await cluster.client.status(name))?.connector.state === 'STOPPED' && (await states(name)).length === 0,
      30_000,
      'STOPPED without tasks',
    );
  });
});
