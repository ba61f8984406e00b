import assert from 'node:assert/strict';
import { parseJsonBytes } from '../../config-topics/json-text.ts';
import type { ConnectWorker } from '../../scripts/stack/connect-worker.ts';
import { eventually, Opened, soon, uniqueName } from '../kafka/kafka-fixtures.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector } from '../support/test-cluster.ts';
import { rewritten } from './rewritten-record.ts';
import { configStore, internalTopic, offsetStore, statusStore, transactionalSender } from './store-fixtures.ts';

const name = 'größe';
const path = `/connectors/${encodeURIComponent(name)}`;
const partition = { server: 'ü"1' };
const offset = { lsn: 9007199254740993n, note: 'ö', last: null, on: true };
const kinds = ['config', 'offset', 'status'] as const;

describe('the topics of a Java cluster', () => {
  const opened = new Opened();
  const groupId = uniqueName('java');
  const topics = kinds.map((kind) => internalTopic(kind, { name: `${groupId}-${kind}` }));
  const [configs, offsets, statuses] = topics;
  let java: ConnectWorker;

  afterEach(() => opened.closeAll());

  async function rest(at: string, method = 'GET', body?: object): Promise<unknown> {
    const answer = await fetch(`${java.url}${at}`, {
      method,
      headers: { 'content-type': 'application/json' },
      signal: soon(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = Buffer.from(await answer.arrayBuffer());
    assert.ok(answer.ok, `${method} ${at}: ${answer.status} ${String(text)}`);
    return text.length === 0 ? undefined : parseJsonBytes(text);
  }

  async function saysState(state: string): Promise<void> {
    await eventually(state, async () => JSON.stringify(await rest(`${path}/status`)).includes(`{"state":"${state}`));
  }

  it('go over to Java and back: it reads what we wrote, and we would have written what it wrote, byte for byte', async () => {
    assert.ok(configs && offsets && statuses);
    const { stack, kafka, postgres } = servers();
    const cluster = opened.cluster(kafka.bootstrap);
    const table = uniqueName('t').replace('-', '_');
    await sql(postgres, `create table ${table} (id int primary key)`);
    const slot = uniqueName('slot').replace('-', '_');
    const note = { note: 'a"b\\c\u0001\u001f\u{1F600}\u2028', name };
    const config = { ...tableConnector(postgres, slot, table), ...note };

    // What we write: a connector that is stopped, an offset, a status.
    const ours = await configStore(opened, cluster, configs, { groupId });
    await ours.store.claimLeader(soon());
    await ours.store.putConnector(name, config, { initialState: 'STOPPED' });
    await ours.store.putTaskConfigs(name, []);
    const stored = await offsetStore(opened, cluster, offsets);
    const sender = await transactionalSender(opened, cluster, `${groupId}-${name}-0`);
    await stored.put(name, { entries: [{ partition, offset }], sender }, soon());
    const told = await statusStore(opened, cluster, statuses);
    const status = { state: 'FAILED', trace: 'tür\n\tx', workerId: 'a:1', generation: 0, version: null } as const;
    told.store.put({ connector: name, task: 0 }, status);
    await told.store.flush(soon());

    const storage = Object.fromEntries(kinds.map((kind) => [`${kind}.storage.topic`, `${groupId}-${kind}`]));
    java = await stack.start('connect', {
      as: groupId,
      groupId,
      exactlyOnce: 'enabled',
      config: storage,
      bootstrap: kafka.bootstrap,
    });
    try {
      assert.deepEqual(await rest('/connectors'), [name]);
      assert.deepEqual(await rest(`${path}/config`), config);
      assert.deepEqual(await rest(`${path}/offsets`), { offsets: [{ partition, offset }] });
      await saysState('STOPPED');
      // What Java writes: task sets, states, fencing, statuses, and the offsets of a running task.
      await rest(`${path}/config`, 'PUT', { ...config, more: 'ß\u0002"\\/\u007f' });
      await rest(`${path}/resume`, 'PUT');
      await eventually('a running task', async () => /"tasks":\[\{"id":0,"state":"RUNNING/.test(JSON.stringify(await rest(`${path}/status`)))); // prettier-ignore
      await sql(postgres, `insert into ${table} values (1)`);
      await eventually('an offset of the task', async () => {
        await stored.readToEnd(soon());
        return stored.all(name).length === 2;
      });
      await rest(`${path}/stop`, 'PUT');
      await saysState('STOPPED');
    } finally {
      await java.close();
    }

    await ours.store.readToEnd(soon());
    const { targetState, tasks, config: left } = ours.store.snapshot().connectors.get(name) ?? {};
    assert.deepEqual([targetState, tasks, left?.['more']], ['STOPPED', [], 'ß\u0002"\\/\u007f']);
    for (const topic of topics) {
      const log = await opened.reader(cluster, topic.name);
      await log.reader.readToEnd(soon());
      for (const { key, value } of log.records) {
        assert.ok(key);
        const again = rewritten(topic.property, key, value);
        assert.equal(`${again.key} = ${String(again.value)}`, `${String(key)} = ${String(value)}`);
      }
    }
    await sql(postgres, `select pg_drop_replication_slot('${slot}')`);
  });
});
