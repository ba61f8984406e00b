import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const ROWS = 1_000_000;
const GROWTH_BYTES = 150_000_000;

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

describe('a transaction of 1,000,000 rows', function () {
  this.timeout(300_000);

  it('does not grow the memory of worker and task host by 150 MB, and a kill in its middle loses and repeats nothing', async () => {
    const { postgres, kafka } = servers();
    const cluster = await TestCluster.start({ workers: 2 });
    const name = uniqueName('big');
    const topic = `${name}.public.${name}`;
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`);
    await createTopic(kafka.bootstrap, topic, 1);
    await cluster.client.create(
      name,
      tableConnector(postgres, name, name, {
        'key.converter.schemas.enable': 'false',
        'value.converter.schemas.enable': 'false',
      }),
    );
    const owner = await cluster.owner(name);
    await sql(postgres, `INSERT INTO ${name} SELECT i, 'warm' FROM generate_series(-1000, -1) i`);
    const seen = new Uint8Array(ROWS + 1);
    let repeated = 0;
    let falling = 0;
    let newest = 0;
    let count = 0;
    let warm = 0;
    const reader = await RecordReader.open(kafka.bootstrap, topic, ({ key }) => {
      const id = Number(/"id":(-?\d+)/.exec(key ?? '')?.[1]);
      if (id < 0) {
        warm += 1;
        return false;
      }
      count += 1;
      if (seen[id] === 1) repeated += 1;
      if (id < newest) falling += 1;
      newest = Math.max(newest, id);
      seen[id] = 1;
      return false;
    });
    await reader.until(() => warm === 1000);
    const idle = await rssOf(owner.pid);
    let peak = idle;
    const timer = setInterval(() => void rssOf(owner.pid).then((rss) => (peak = Math.max(peak, rss))), 100);
    await sql(postgres, `INSERT INTO ${name} SELECT i, repeat('x', 100) || i FROM generate_series(1, ${ROWS}) i`);
    await reader.until(() => count > ROWS / 2, 120_000);
    clearInterval(timer);
    await owner.kill('SIGKILL');
    await reader.until(() => count >= ROWS, 120_000);
    await reader.close();
    assert.deepEqual(
      { repeated, falling, missing: seen.subarray(1).filter((mark) => mark === 0).length },
      { repeated: 0, falling: 0, missing: 0 },
    );
    assert.ok(peak - idle < GROWTH_BYTES, `RSS grew from ${idle >> 20} to ${peak >> 20} MiB`);
    await cluster.client.delete(name);
    await cluster.close();
  });
});
