import assert from 'node:assert/strict';
import { servers } from '../support/servers.ts';
import { WorkerProcess } from './worker-process.ts';

const json = 'org.apache.kafka.connect.json.JsonConverter';

function properties(group: string): Record<string, string> {
  return {
    'bootstrap.servers': servers().kafka.bootstrap,
    'group.id': group,
    'config.storage.topic': `${group}-configs`,
    'offset.storage.topic': `${group}-offsets`,
    'status.storage.topic': `${group}-status`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '2',
    'status.storage.partitions': '2',
    'key.converter': json,
    'value.converter': json,
    listeners: 'http://127.0.0.1:0',
    'task.shutdown.graceful.timeout.ms': '2000',
  };
}

describe('a worker as a process', () => {
  const group = `rest-worker-${process.pid}`;
  const workers: WorkerProcess[] = [];

  function start(changes: Record<string, string> = {}): WorkerProcess {
    const worker = new WorkerProcess({ ...properties(group), ...changes });
    workers.push(worker);
    return worker;
  }

  function connectorConfig(): Record<string, string> {
    const { host, port, user, password, database } = servers().postgres.address;
    return {
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'database.hostname': host,
      'database.port': String(port),
      'database.user': user,
      'database.password': password,
      'database.dbname': database,
      'topic.prefix': group,
      'slot.name': `rest_worker_${process.pid}`,
    };
  }

  after(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
  });

  it('is healthy once it says that it is ready, and was reachable before', async () => {
    const worker = start();
    const early = await worker.call('GET', '/health');
    assert.ok([200, 503].includes(early.status), early.text);
    await worker.line('worker ready');
    const ready = await worker.call('GET', '/health');
    assert.equal(ready.status, 200, ready.text);
    const root = await worker.call('GET', '/');
    assert.match(root.text, /"version":"4\.1\.0".*"kafka_cluster_id":"[\w-]{22}"/);
  });

  it('answers bad input so that a stranger understands it', async () => {
    const [worker] = workers;
    assert.ok(worker !== undefined);
    const malformed = await worker.call('POST', '/connectors', '{"name":');
    assert.equal(malformed.status, 400);
    assert.match(malformed.text, /not valid JSON/);
    const unknown = await worker.call(
      'POST',
      '/connectors',
      '{"name":"a","config":{"connector.class":"io.example.Nope"}}',
    );
    assert.equal(unknown.status, 400, unknown.text);
    assert.match(
      unknown.text,
      /"message":"Failed to find any class that implements Connector and which name matches io\.example\.Nope/,
    );
    const classless = await worker.call('POST', '/connectors', '{"name":"a","config":{}}');
    assert.equal(classless.status, 400, classless.text);
    assert.match(classless.text, /connector\.class/);
    const missing = await worker.call('POST', '/connectors', '{"name":"a","config":{"connector.class":"postgres"}}');
    assert.equal(missing.status, 400, missing.text);
    assert.match(missing.text, /Missing required configuration \\"topic\.prefix\\"/);
    for (const { text } of [malformed, unknown, classless, missing]) assert.doesNotMatch(text, /\\n\\?\s*at /);
    assert.equal((await worker.call('GET', '/connectors')).text, '[]');
  });

  it('forwards to the leader, whichever worker is asked, names with a slash included', async () => {
    const second = start();
    await second.line('worker ready');
    for (const [index, worker] of workers.slice(0, 2).entries()) {
      const name = `my/conn ${index}`;
      const body = JSON.stringify({ name, config: connectorConfig(), initial_state: 'STOPPED' });
      const created = await worker.call('POST', '/connectors', body);
      assert.equal(created.status, 201, created.text);
      const path = `/connectors/my%2Fconn%20${index}`;
      assert.equal(created.headers['location'], `${await worker.url()}${path}`);
      const patched = await worker.call('PATCH', `${path}/config`, '{"tasks.max":1,"x.y":"1"}');
      assert.equal(patched.status, 200, patched.text);
      assert.match(patched.text, /"x\.y":"1"/);
      assert.equal((await worker.call('DELETE', path)).status, 204);
    }
  });

  it('ends with 0 on SIGTERM within its graceful time, taking the port away', async () => {
    const [worker, second] = workers;
    assert.ok(worker !== undefined && second !== undefined);
    const started = performance.now();
    second.kill('SIGTERM');
    assert.deepEqual(await second.ended, { code: 0, signal: null }, second.errorText);
    assert.ok(performance.now() - started < 2000 + 5000);
    await assert.rejects(second.call('GET', '/'), /ECONNREFUSED/);
    worker.kill('SIGINT');
    assert.deepEqual(await worker.ended, { code: 0, signal: null });
    assert.equal(worker.errorText, '');
  });

  it('says in a few lines why it cannot start', async () => {
    const wrong = start({ 'session.timeout.ms': 'soon', listeners: 'ftp://127.0.0.1:0' });
    assert.equal((await wrong.ended).code, 2);
    assert.match(wrong.errorText, /worker\.properties:\d+: Invalid value soon for configuration session\.timeout\.ms/);
    assert.match(wrong.errorText, /the scheme of a listener must be http or https/);
    assert.match(wrong.errorText, /^WORKER_CONFIG_INVALID: /m);
    assert.doesNotMatch(wrong.errorText, /\n\s+at /);

    const blocked = start({ listeners: `http://127.0.0.1:${servers().kafka.port}` });
    assert.equal((await blocked.ended).code, 1);
    assert.match(blocked.errorText, /^millrace: The REST API cannot listen on .*EADDRINUSE/);
    assert.match(blocked.errorText, /^REST_LISTENER_FAILED: /m);
    assert.doesNotMatch(blocked.errorText, /\n\s+at /);
  });

  it('can be stopped while it waits for a Kafka that is not there', async () => {
    const lonely = start({ 'bootstrap.servers': '127.0.0.1:1' });
    await lonely.line('worker starting');
    assert.equal((await lonely.call('GET', '/health')).status, 503);
    lonely.kill('SIGTERM');
    assert.deepEqual(await lonely.ended, { code: 0, signal: null }, lonely.errorText);
  });
});
