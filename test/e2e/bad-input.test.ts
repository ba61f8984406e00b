import assert from 'node:assert/strict';
import { z } from 'zod';
import { LoadedConnector } from '../support/loaded-connector.ts';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';

const errorBody = z.strictObject({ error_code: z.number(), message: z.string() });

async function post(url: string, body: string): Promise<{ status: number; message: string }> {
  const response = await fetch(`${url}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const { error_code, message } = errorBody.parse(await response.json());
  assert.equal(error_code, response.status);
  assert.doesNotMatch(message, /\n\s+at /, 'no stack trace in a REST body');
  return { status: response.status, message };
}

describe('bad input', () => {
  let cluster: TestCluster;
  /** Runs beside everything that goes wrong, and must not notice. */
  let neighbour: LoadedConnector;

  before(async () => {
    const { kafka, postgres } = servers();
    cluster = await TestCluster.start();
    neighbour = await LoadedConnector.start({ cluster, bootstrap: kafka.bootstrap, postgres });
  });

  after(async () => {
    await neighbour.verify();
    await neighbour.close();
    await cluster.close();
  });

  afterEach(async () => {
    await neighbour.more(50);
  });

  /** The trace of the failed task, which is what a stranger reads in the status. */
  async function failure(name: string): Promise<string> {
    let trace = '';
    await cluster.client
      .until(
        name,
        ({ tasks }) => {
          trace = tasks.find(({ state }) => state === 'FAILED')?.trace ?? '';
          return trace !== '';
        },
        60_000,
      )
      .catch((error: unknown) => {
        trace = error instanceof Error ? error.message : String(error);
      });
    return trace;
  }

  it('malformed JSON is answered with what is wrong and where', async () => {
    const { status, message } = await post(cluster.url, '{"name": "x", "config": {');
    assert.ok(status === 400 || status === 500);
    assert.match(message, /JSON/i);
  });

  it('an unknown connector class is answered with the classes there are', async () => {
    const { status, message } = await post(
      cluster.url,
      JSON.stringify({ name: 'x', config: { 'connector.class': 'io.example.Nope' } }),
    );
    assert.equal(status, 400);
    assert.match(
      message,
      /Failed to find any class that implements Connector and which name matches io\.example\.Nope/,
    );
    assert.match(message, /io\.debezium\.connector\.postgresql\.PostgresConnector/);
  });

  it('missing keys are named, all of them at once', async () => {
    const { status, message } = await post(
      cluster.url,
      JSON.stringify({
        name: 'x',
        config: { 'connector.class': 'io.debezium.connector.postgresql.PostgresConnector' },
      }),
    );
    assert.equal(status, 400);
    for (const key of ['database.hostname', 'database.user', 'database.dbname', 'topic.prefix'])
      assert.ok(message.includes(key), `${key} in: ${message}`);
  });

  it('a wrong password is answered without the password', async () => {
    const { postgres } = servers();
    const name = uniqueName('wrong');
    const config = tableConnector(postgres, name, 'whatever', { 'database.password': 'not-this-one-9731' });
    const { status, message } = await post(cluster.url, JSON.stringify({ name, config }));
    assert.equal(status, 400);
    assert.match(message, /password authentication failed/i);
    assert.ok(!message.includes('not-this-one-9731'));
  });

  it('an unreachable host is answered with its address', async () => {
    const { postgres } = servers();
    const name = uniqueName('nowhere');
    const config = tableConnector(postgres, name, 'whatever', { 'database.port': '1' });
    const { status, message } = await post(cluster.url, JSON.stringify({ name, config }));
    assert.equal(status, 400);
    assert.match(message, /127\.0\.0\.1:1|port 1/);
  });

  it('a publication that does not exist and may not be created is named', async () => {
    const { postgres } = servers();
    const name = uniqueName('unpublished');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY)`);
    const config = tableConnector(postgres, name, name, {
      'publication.name': 'no_such_publication',
      'publication.autocreate.mode': 'disabled',
    });
    const response = await fetch(`${cluster.url}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, config }),
    });
    const text = response.ok ? await failure(name) : await response.text();
    assert.match(text, /no_such_publication/);
    if (response.ok) await cluster.client.delete(name);
  });

  it('a topic that cannot be created fails the task with what to do', async () => {
    const { postgres } = servers();
    const name = uniqueName('topicless');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY)`);
    await cluster.client.create(
      name,
      tableConnector(postgres, name, name, { 'topic.creation.default.replication.factor': '3' }),
    );
    await cluster.client.untilRunning(name, 40_000);
    await sql(postgres, `INSERT INTO ${name} VALUES (1)`);
    const trace = await failure(name);
    assert.match(trace, new RegExp(`topic ${name}\\.public\\.${name} does not exist and could not be created`));
    assert.match(trace, /replication factor/i);
    assert.match(trace, /What to do/);
    await cluster.client.delete(name);
  });

  it('a record larger than the broker takes fails the task with topic, size and limit', async () => {
    const { postgres } = servers();
    const name = uniqueName('large');
    await sql(postgres, `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`);
    await cluster.client.create(name, tableConnector(postgres, name, name));
    await cluster.client.untilRunning(name, 40_000);
    await sql(postgres, `INSERT INTO ${name} SELECT 1, string_agg(md5(i::text), '') FROM generate_series(1, 100000) i`);
    const trace = await failure(name);
    assert.match(trace, new RegExp(`${name}\\.public\\.${name}`));
    assert.match(trace, /max\.message\.bytes|too large|larger/i);
    await cluster.client.delete(name);
  });
});
