import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const entry = z.object({
  connector: z.string(),
  slot: z.string(),
  exists: z.literal(true).nullable(),
  active: z.boolean().nullable(),
  retained_bytes: z.number().nullable(),
  hint: z.string(),
});
const summaryBody = z.object({ slots_without_connector: z.array(entry) });
const answerBody = z.object({ message: z.string(), dropped: z.boolean().optional() });

describe('slots without a connector', () => {
  let cluster: TestCluster;
  let table: string;

  before(async () => {
    cluster = await TestCluster.start({ workers: 2 });
    table = uniqueName('left');
    await sql(servers().postgres, `CREATE TABLE ${table} (id int PRIMARY KEY)`);
  });

  after(() => cluster.close());

  async function create(name: string, extra: Record<string, string> = {}): Promise<void> {
    const config = tableConnector(servers().postgres, name, table, {
      'millrace.slot.check.interval.ms': '200',
      ...extra,
    });
    await cluster.client.create(name, config);
    await cluster.client.untilRunning(name, 40_000);
  }

  /** Until an offset says whose the slot is. */
  async function stored(name: string): Promise<void> {
    await sql(servers().postgres, `INSERT INTO ${table} SELECT coalesce(max(id), 0) + 1 FROM ${table}`);
    await until(
      async () => (await fetch(`${cluster.url}/connectors/${name}/offsets`)).text(),
      (text) => text.includes('millrace.slot'),
    );
  }

  const slots = async (): Promise<z.infer<typeof entry>[]> =>
    summaryBody.parse(await (await fetch(`${cluster.url}/summary`)).json()).slots_without_connector;

  async function drop(
    path: string,
    worker = 0,
  ): Promise<{ status: number; message: string; dropped?: boolean | undefined }> {
    const url = cluster.workers[worker]?.url ?? cluster.url;
    const response = await fetch(`${url}/slots-without-connector/${path}`, { method: 'DELETE' });
    return { status: response.status, ...answerBody.parse(await response.json()) };
  }

  async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
    const end = performance.now() + 40_000;
    for (;;) {
      const answer = await ask();
      if (holds(answer)) return answer;
      if (performance.now() > end) throw new Error(`did not come about: ${JSON.stringify(answer)}`);
      await delay(100);
    }
  }

  const onServer = async (slot: string): Promise<number> =>
    (await sql(servers().postgres, `SELECT 1 FROM pg_replication_slots WHERE slot_name = '${slot}'`)).length;

  it('are listed and measured, kept until somebody says so, and dropped with the offsets that named them', async () => {
    const [gone, reader] = [uniqueName('gone'), uniqueName('reader')];
    await create(gone);
    await stored(gone);
    assert.deepEqual(await slots(), [], 'a slot of a connector that exists is none');
    assert.equal((await drop(`${gone}/${gone}`)).status, 409);
    await cluster.client.delete(gone);
    const [unseen] = await until(slots, (list) => list.length === 1);
    assert.deepEqual([unseen?.connector, unseen?.slot, unseen?.exists], [gone, gone, null], 'nobody can look');
    await create(reader);
    const [seen] = await until(slots, (list) => list[0]?.exists === true && list[0].active === false);
    assert.ok((seen?.retained_bytes ?? 0) > 0);
    assert.ok(seen?.hint.includes(`DELETE /slots-without-connector/${gone}/${gone}`));
    const owner = await cluster.owner(reader);
    const metrics = await (await fetch(`${owner.url}/metrics`)).text();
    assert.match(
      metrics,
      new RegExp(`millrace_slot_without_connector_retained_bytes{connector="${gone}",slot="${gone}"} \\d+`),
    );
    assert.equal((await drop(`${gone}/nosuch`)).status, 404);
    assert.equal((await drop(`${reader}/${reader}`)).status, 409);
    assert.equal(await onServer(gone), 1, 'nothing was dropped so far');
    // Any worker takes the order; the leader carries it out.
    const dropped = await drop(`${gone}/${gone}`, 1);
    assert.deepEqual([dropped.status, dropped.dropped], [200, true]);
    assert.equal(await onServer(gone), 0);
    assert.deepEqual(await slots(), []);
    await create(gone);
    await cluster.client.delete(gone);
    await cluster.client.delete(reader);
  });

  it('are not dropped while somebody reads from them, and are none any more once a new connector uses them', async () => {
    const [first, second] = [uniqueName('first'), uniqueName('second')];
    await create(first);
    await stored(first);
    await cluster.client.delete(first);
    await until(slots, (list) => list.some(({ slot }) => slot === first));
    const config = { 'slot.name': first, 'publication.name': first };
    await create(second, config);
    assert.equal(
      (await slots()).some(({ slot }) => slot === first),
      false,
    );
    const refused = await drop(`${first}/${first}?via=${second}`);
    assert.equal(refused.status, 404);
    assert.equal(await onServer(first), 1);
    await cluster.client.delete(second);
  });
});
