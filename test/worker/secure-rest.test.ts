import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issue, openssl, type Authority, type Certificate } from '../../scripts/stack/certificates.ts';
import { servers } from '../support/servers.ts';
import { patientMs, until } from './support/counter-cluster.ts';
import type { RawAnswer } from './rest-fixture.ts';
import { WorkerProcess } from './worker-process.ts';

const json = 'org.apache.kafka.connect.json.JsonConverter';
const basicAuth = 'org.apache.kafka.connect.rest.basic.auth.extension';

describe('two workers whose REST is closed: https, client certificates, users, signatures', function () {
  this.timeout(120_000);
  const group = `secure-rest-${process.pid}`;
  const workers: WorkerProcess[] = [];
  let folder = '';
  let authority: Authority;
  let operator: Certificate;

  async function properties(index: number): Promise<Record<string, string>> {
    const identity = await issue(authority, { name: `worker-${index}`, hosts: ['127.0.0.1'] });
    // One worker with PEM under the prefix, one with PKCS12 and plain keys.
    const store = join(folder, `worker-${index}.p12`);
    const pair = ['-in', identity.certificateFile, '-inkey', identity.keyFile];
    await openssl(['pkcs12', '-export', ...pair, '-out', store, '-passout', 'pass:store']);
    const tls: Record<string, string> =
      index === 0
        ? {
            'listeners.https.ssl.keystore.location': identity.bundleFile,
            'listeners.https.ssl.truststore.location': authority.certificateFile,
            'listeners.https.ssl.client.auth': 'required',
          }
        : {
            'ssl.keystore.location': store,
            'ssl.keystore.password': 'store',
            'ssl.keystore.type': 'PKCS12',
            'ssl.truststore.location': authority.certificateFile,
            'ssl.client.auth': 'required',
          };
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
      listeners: 'https://127.0.0.1:0',
      'rest.extension.classes': `${basicAuth}.BasicAuthSecurityRestExtension`,
      'rest.basic.auth.login.config': join(folder, 'jaas.conf'),
      'inter.worker.key.ttl.ms': '3000',
      'response.http.headers.config': 'set X-Content-Type-Options: nosniff',
      ...tls,
    };
  }

  interface Call {
    readonly method?: string;
    readonly body?: string;
    /** `user:password`; null: none. */
    readonly user?: string | null;
    readonly headers?: Record<string, string>;
  }

  async function call(worker: WorkerProcess, path: string, options: Call = {}): Promise<RawAnswer> {
    const { hostname, port } = new URL(await worker.url());
    const { method = 'GET', body, user = 'ops:s3cret', headers = {} } = options;
    const given = {
      ...(user === null ? {} : { Authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          hostname,
          port,
          path,
          method,
          headers: given,
          agent: false,
          ca: readFileSync(authority.certificateFile),
          cert: readFileSync(operator.certificateFile),
          key: readFileSync(operator.keyFile),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const both = (): readonly [WorkerProcess, WorkerProcess] => {
    const [first, second] = workers;
    assert.ok(first !== undefined && second !== undefined);
    return [first, second];
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-secure-'));
    authority = await createAuthority(folder, 'authority');
    operator = await issue(authority, { name: 'operator' });
    writeFileSync(join(folder, 'users.properties'), 'ops=s3cret\n');
    const module = `${basicAuth}.PropertyFileLoginModule required file="${join(folder, 'users.properties')}";`;
    writeFileSync(join(folder, 'jaas.conf'), `KafkaConnect {\n  ${module}\n};\n`);
    for (const index of [0, 1]) {
      const worker = new WorkerProcess(await properties(index));
      workers.push(worker);
      await worker.line('worker ready');
    }
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    rmSync(folder, { recursive: true, force: true });
  });

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
      'slot.name': `secure_rest_${process.pid}`,
      'snapshot.mode': 'no_data',
      'topic.creation.default.partitions': '1',
      'topic.creation.default.replication.factor': '1',
    };
  }

  it('serve users with a certificate, and nobody else', async () => {
    for (const worker of both()) {
      const answer = await call(worker, '/health');
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      for (const user of [null, 'ops:wrong', 'eve:s3cret']) {
        const refused = await call(worker, '/health', { user });
        assert.deepEqual([refused.status, refused.text], [401, 'User cannot access the resource.']);
      }
      await assert.rejects(fetch((await worker.url()).replace('http:', 'https:')));
    }
  });

  it('forward to the leader over https as the client’s user, whichever is asked', async () => {
    for (const [index, worker] of both().entries()) {
      const body = JSON.stringify({ name: `c ${index}`, config: connectorConfig(), initial_state: 'STOPPED' });
      const created = await call(worker, '/connectors', { method: 'POST', body });
      assert.equal(created.status, 201, created.text);
      const location = `${(await worker.url()).replace('http:', 'https:')}/connectors/c%20${index}`;
      assert.equal(created.headers['location'], location);
      assert.equal((await call(worker, `/connectors/c%20${index}`, { method: 'DELETE' })).status, 204);
    }
  });

  it('hand task configurations to the leader by signed requests, and take none that are not', async () => {
    for (const worker of both()) {
      const path = '/connectors/nobody/tasks';
      const bare = await call(worker, path, { method: 'POST', body: '[]', user: null });
      assert.deepEqual(
        [bare.status, bare.text],
        [400, '{"error_code":400,"message":"Internal request missing required signature"}'],
      );
      const forged = {
        'X-Connect-Authorization': Buffer.alloc(32).toString('base64'),
        'X-Connect-Request-Signature-Algorithm': 'HmacSHA256',
      };
      const refused = await call(worker, path, { method: 'POST', body: '[]', user: null, headers: forged });
      assert.match(refused.text, /"error_code":403,"message":"Internal request contained invalid signature\."/);
    }
    // Two connectors: one is the follower's, whose tasks exist only once its signed request was taken.
    const [first] = both();
    for (const index of [0, 1]) {
      const config = { ...connectorConfig(), 'topic.prefix': `${group}-${index}` };
      const own = { ...config, 'slot.name': `secure_rest_${process.pid}_${index}` };
      const body = JSON.stringify({ name: `signed-${index}`, config: own });
      assert.equal((await call(first, '/connectors', { method: 'POST', body })).status, 201);
    }
    const owners = new Set<string>();
    for (const index of [0, 1])
      await until(
        async () => {
          const { text } = await call(first, `/connectors/signed-${index}/status`);
          const [, owner] = /"connector":\{"state":"RUNNING","worker_id":"([^"]+)"/.exec(text) ?? [];
          if (owner !== undefined) owners.add(owner);
          const tasks = await call(first, `/connectors/signed-${index}/tasks`);
          return owner !== undefined && tasks.text.startsWith('[{');
        },
        patientMs,
        `tasks of signed-${index}`,
      );
    assert.equal(owners.size, 2, [...owners].join());
    for (const index of [0, 1]) await call(first, `/connectors/signed-${index}`, { method: 'DELETE' });
  });

  it('take a level for the whole cluster, in worker and task hosts, and show it', async () => {
    const [first, second] = both();
    const path = '/admin/loggers/millrace.connectors';
    const put = (worker: WorkerProcess, query: string, body: string) =>
      call(worker, `${path}${query}`, { method: 'PUT', body });
    assert.equal((await put(second, '?scope=cluster', '{"level":"debug"}')).status, 204);
    for (const worker of [first, second])
      await until(
        async () => (await call(worker, path)).text.startsWith('{"level":"DEBUG","last_modified":1'),
        patientMs,
        'the level on every worker',
      );
    assert.equal((await put(first, '', '{"level":"INFO"}')).status, 200);
    assert.match((await call(second, path)).text, /"DEBUG"/);
    assert.match((await call(first, path)).text, /"INFO"/);
    const all = await call(first, '/admin/loggers');
    for (const logger of ['root', 'millrace.worker.herder', 'millrace.kafka', 'millrace.rest'])
      assert.ok(all.text.includes(`"${logger}":{"level":"`), logger);
  });
});
