import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servers } from '../support/servers.ts';
import { sql, tableConnector, TestCluster, uniqueName } from '../support/test-cluster.ts';
import { curlClient, goClient, linesOf, obstacle, pythonClient, type InstalledClient } from './installed-clients.ts';

describe('existing clients of Connect’s REST API', function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let folder: string;
  let name: string;

  before(async () => {
    cluster = await TestCluster.start();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-clients-'));
    name = uniqueName('client');
    await sql(servers().postgres, `CREATE TABLE t_${name} (id int PRIMARY KEY)`);
  });
  afterEach(async () => {
    await fetch(`${cluster.url}/connectors/${name}`, { method: 'DELETE' }); // where the client failed on the way
    await rm(folder, { recursive: true, force: true });
  });
  after(() => cluster.close());

  async function through(client: InstalledClient): Promise<string[]> {
    const file = join(folder, 'connector.json');
    const config = tableConnector(servers().postgres, name, `t_${name}`);
    await writeFile(file, JSON.stringify({ name, config }));
    const lines = await linesOf(client, [cluster.url, file, name]);
    return lines.map((line) => line.replaceAll(name, 'N').replaceAll(cluster.url.slice(7), 'W'));
  }

  async function skipUnless(context: Mocha.Context, ...command: readonly [string, ...string[]]): Promise<void> {
    const [program, ...args] = command;
    const reason = await obstacle(program, args);
    if (reason === undefined) return;
    if (context.test !== undefined) context.test.title += ` (${reason})`;
    context.skip();
  }

  it('Go: github.com/go-kafka/connect takes a connector through its life', async function () {
    await skipUnless(this, 'go', 'version');
    const running = 'status: N RUNNING 0 RUNNING W';
    assert.deepEqual(await through(await goClient()), [
      'created: 201 N N',
      'created again: 409 Connector N already exists',
      'names: [N]',
      running,
      'connector: N [{N 0}]',
      'tasks: 1 {N 0} io.debezium.connector.postgresql.PostgresConnectorTask',
      'updated: 200 50',
      running,
      'pause: 202',
      'status: N PAUSED 0 PAUSED W',
      'resume: 202',
      running,
      'restart: 204',
      running,
      'deleted: 204',
      'gone: 404 Connector N not found',
    ]);
  });

  it('Python: kafka-connect-py takes a connector through its life', async function () {
    await skipUnless(this, 'python3', '-m', 'pip', '--version');
    const running = 'status: RUNNING RUNNING';
    assert.deepEqual(await through(await pythonClient()), [
      'version: 4.1.0',
      'plugin: True',
      'errors: 0',
      'errors: 1',
      'created: N',
      'created again: 409 409',
      running,
      "names: ['N'] []",
      "running: ['N']",
      "connector: [{'connector': 'N', 'task': 0}]",
      'task: RUNNING',
      "tasks: [{'connector': 'N', 'task': 0}]",
      'updated: 50',
      running,
      "topics: {'N': {'topics': []}}",
      'status: PAUSED PAUSED',
      running,
      running,
      'restart: N',
      running,
      running,
      'status: STOPPED',
      'gone: 404 404',
    ]);
  });

  it('curl: the calls of Kafka’s documentation take a connector through its life', async function () {
    await skipUnless(this, 'curl', '--version');
    const expected = [
      /^200 \{"version":"4\.1\.0","commit":"\S+","kafka_cluster_id":"\S{22}"\}$/,
      /^200 \[\{"class":"io\.debezium\.connector\.postgresql\.PostgresConnector","type":"source"/,
      /^201 \{"name":"N","config":\{"connector\.class":.*\},"tasks":\[\],"type":"source"\}$/,
      /^200 \["N"\]$/,
      /^is RUNNING$/,
      /^200 \{"id":0,"state":"RUNNING","worker_id":"W","version":"\S+"\}$/,
      /^200 \{"N":\{"status":\{"name":"N","connector":\{"state":"RUNNING",.*"type":"source"\}\}\}$/,
      /^200 \{"name":"N","config":\{.*"poll\.interval\.ms":"50"\},"tasks":\[\{"connector":"N","task":0\}\],"type":"source"\}$/,
      /^is RUNNING$/,
      /^202 $/,
      /^is PAUSED$/,
      /^202 $/,
      /^is RUNNING$/,
      /^202 \{"name":"N","connector":\{"state":"RESTARTING",.*"tasks":\[\{"id":0,"state":"RESTARTING"/,
      /^is RUNNING$/,
      /^204 $/,
      /^is RUNNING$/,
      /^200 \{"offsets":\[\{"partition":\{"server":"N"\},"offset":\{.*"lsn":\d+/,
      /^400 \{"error_code":400,"message":"Connectors must be in the STOPPED state/,
      /^204 $/,
      /^is STOPPED$/,
      /^200 \{"message":"The Connect framework-managed offsets for this connector have been reset successfully/,
      /^200 \{"offsets":\[\]\}$/,
      /^204 $/,
      /^404 \{"error_code":404,"message":"Connector N not found"\}$/,
    ];
    const lines = await through(await curlClient());
    for (const [place, line] of lines.entries()) assert.match(line, expected[place] ?? /^no more lines$/);
    assert.equal(lines.length, expected.length);
  });
});
