import assert from 'node:assert/strict';
import { ConnectorError } from '../../errors/connector-error.ts';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { anyPort, restDefaults, RestFixture, type RawAnswer } from '../../test/worker/rest-fixture.ts';
import type { HerderPort } from '../herder/herder-port.ts';
import { RestError } from '../herder/rest-error.ts';
import { signatureHeaders } from './request-signature.ts';
import { RestServer } from './rest-server.ts';

function json(answer: RawAnswer): unknown {
  assert.equal(answer.headers['content-type'], 'application/json');
  return JSON.parse(answer.text);
}

function refusal(answer: RawAnswer, status: number): string {
  assert.equal(answer.status, status, answer.text);
  const body = json(answer);
  assert.ok(typeof body === 'object' && body !== null && 'message' in body && 'error_code' in body);
  assert.deepEqual(Object.keys(body), ['error_code', 'message']);
  assert.equal(body.error_code, status);
  return String(body.message);
}

describe('REST API', () => {
  let rest: RestFixture | undefined;
  let calls: string[] = [];

  async function open(overrides: Partial<HerderPort> = {}, timeouts = {}): Promise<RestFixture> {
    const double = herderDouble(overrides);
    calls = double.calls;
    rest = await RestFixture.open(double.herder, timeouts);
    return rest;
  }
  afterEach(async () => {
    await rest?.close();
    rest = undefined;
  });

  describe('answers', () => {
    it('GET / tells a version that clients can parse, and the cluster', async () => {
      const answer = await (await open()).call('GET', '/');
      assert.equal(answer.status, 200);
      assert.deepEqual(json(answer), { version: '4.1.0', commit: 'millrace-0.1.0', kafka_cluster_id: 'kraft-1' });
    });

    it('lists names, or what expand asks for; connectors without it are left out', async () => {
      const api = await open({
        connectors: () => ['inv', 'fresh'],
        connectorStatus: (name) => {
          if (name === 'fresh') throw new RestError(404, 'No status found');
          return herderDouble().herder.connectorStatus(name);
        },
      });
      assert.deepEqual(json(await api.call('GET', '/connectors/')), ['inv', 'fresh']);
      const both = json(await api.call('GET', '/connectors?expand=info&expand=status'));
      assert.ok(typeof both === 'object' && both !== null && 'inv' in both && !('fresh' in both));
      assert.deepEqual(Object.keys(both.inv ?? {}), ['status', 'info']);
      assert.deepEqual(json(await api.call('GET', '/connectors?expand=nothing')), { inv: {}, fresh: {} });
      assert.deepEqual(json(await api.call('GET', '/connectors?expand=info,status')), { inv: {}, fresh: {} });
    });

    it('creates: 201, Location as the client sees this worker, name trimmed and put into the configuration', async () => {
      const api = await open();
      const body =
        '{"name":" a/b c ","config":{"connector.class":"X","n":3,"big":12345678901234567890,"f":1.50,"t":true,"z":null}}';
      const answer = await api.call('POST', '/connectors', body, { Host: 'gate:99' });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['location'], 'http://gate:99/connectors/a%2Fb%20c');
      const config =
        '{"connector.class":"X","n":"3","big":"12345678901234567890","f":"1.50","t":"true","z":null,"name":"a/b c"}';
      assert.deepEqual(calls, [`createConnector ["a/b c",${config},null]`]);
    });

    it('takes an initial state in any letters and refuses one that is none', async () => {
      const api = await open();
      await api.call('POST', '/connectors', '{"name":"a","config":{},"initial_state":"stopped"}');
      assert.deepEqual(calls, ['createConnector ["a",{"name":"a"},"STOPPED"]']);
      const refused = await api.call('POST', '/connectors', '{"name":"a","config":{},"initial_state":"IDLE"}');
      assert.match(refusal(refused, 400), /RUNNING, PAUSED, STOPPED/);
    });

    it('PUT config: 201 with Location when created, 200 when replaced', async () => {
      const api = await open();
      const created = await api.call('PUT', '/connectors/new/config', '{"a":"1"}');
      assert.equal(created.status, 201);
      assert.match(String(created.headers['location']), /\/connectors\/new$/);
      const replaced = await api.call('PUT', '/connectors/inv/config/', '{"a":"1","name":"inv"}');
      assert.equal(replaced.status, 200);
      assert.equal(replaced.headers['location'], undefined);
      assert.equal(calls[1], 'putConnectorConfig ["inv",{"a":"1","name":"inv"}]');
    });

    it('refuses a name in the configuration that is not the one of the URL', async () => {
      const answer = await (await open()).call('PUT', '/connectors/b/config', '{"name":"a"}');
      assert.equal(
        refusal(answer, 400),
        "Connector name configuration (a) doesn't match connector name in the URL (b)",
      );
    });

    it('PATCH config hands nulls over as removals', async () => {
      assert.equal((await (await open()).call('PATCH', '/connectors/inv/config', '{"a":null,"b":2}')).status, 200);
      assert.deepEqual(calls, ['patchConnectorConfig ["inv",{"a":null,"b":"2"}]']);
    });

    it('GET config shows exactly what the herder shows, nothing but the configuration', async () => {
      const answer = await (await open()).call('GET', '/connectors/inv/config');
      assert.deepEqual(json(answer), { name: 'inv', 'database.password': 'raw' });
    });

    it('state changes: 202 for pause and resume, 204 for stop, delete and plain restarts, without a body', async () => {
      const api = await open();
      for (const [method, path, status] of [
        ['PUT', 'pause', 202],
        ['PUT', 'resume', 202],
        ['PUT', 'stop', 204],
        ['POST', 'restart', 204],
        ['POST', 'restart?includeTasks=no&onlyFailed=false', 204],
        ['POST', 'tasks/0/restart', 204],
        ['DELETE', '', 204],
      ] as const) {
        const answer = await api.call(method, `/connectors/inv/${path}`);
        assert.deepEqual([answer.status, answer.text], [status, ''], path);
      }
      assert.equal(calls.length, 7);
      assert.equal(calls[4], 'restartConnector ["inv"]');
    });

    it('restart with a flag answers 202 with the plan, traces kept', async () => {
      const answer = await (await open()).call('POST', '/connectors/inv/restart?includeTasks=TRUE');
      assert.equal(answer.status, 202);
      assert.match(answer.text, /"trace":"Boom"/);
      assert.deepEqual(calls, ['restartConnectorAndTasks ["inv",{"includeTasks":true,"onlyFailed":false}]']);
    });

    it('a body that a client sends needlessly does not stop a state change', async () => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '0' };
      assert.equal((await (await open()).call('PUT', '/connectors/inv/pause', undefined, headers)).status, 202);
    });

    it('offsets keep every digit of a 64-bit integer both ways', async () => {
      const api = await open();
      assert.equal(
        (await api.call('GET', '/connectors/inv/offsets')).text,
        '{"offsets":[{"partition":{"server":"inv"},"offset":{"lsn":9223372036854775807,"txId":771}}]}',
      );
      const body =
        '{"offsets":[{"partition":{"server":"inv"},"offset":{"lsn":9007199254740993}},{"partition":{"server":"x"},"offset":null}]}';
      const altered = await api.call('PATCH', '/connectors/inv/offsets', body);
      assert.deepEqual(json(altered), { message: 'altered' });
      assert.deepEqual(calls, [
        'alterOffsets ["inv",[{"partition":{"server":"inv"},"offset":{"lsn":"9007199254740993n"}},{"partition":{"server":"x"},"offset":null}]]',
      ]);
      assert.deepEqual(json(await api.call('DELETE', '/connectors/inv/offsets')), { message: 'reset' });
    });

    it('refuses to alter no offsets, or nested ones', async () => {
      const api = await open();
      for (const body of ['{}', '{"offsets":[]}', '{"offsets":null}'])
        assert.match(refusal(await api.call('PATCH', '/connectors/inv/offsets', body), 400), /need to be provided/);
      const nested = '{"offsets":[{"partition":{"a":{"b":1}},"offset":null}]}';
      assert.match(
        refusal(await api.call('PATCH', '/connectors/inv/offsets', nested), 400),
        /offsets\.0\.partition\.a/,
      );
      assert.deepEqual(calls, []);
    });

    it('plug-ins: connectors only unless asked for all', async () => {
      const api = await open();
      assert.equal((await api.call('GET', '/connector-plugins')).text.includes('converter'), false);
      assert.equal((await api.call('GET', '/connector-plugins?connectorsOnly=false')).text.includes('converter'), true);
      assert.equal(refusal(await api.call('GET', '/connector-plugins/nope/config'), 404), 'Unknown plugin nope.');
      const answer = await api.call('PUT', '/connector-plugins/Pg/config/validate', '{"tasks.max":0}');
      assert.equal(answer.status, 200);
      assert.deepEqual(calls, ['validate ["Pg",{"tasks.max":"0"}]']);
    });

    it('hands task configurations of a connector over to the leader', async () => {
      const body = '[{"task.class":"T"}]';
      const key = { key: Buffer.from('0123456789abcdef'), algorithm: 'HmacSHA256', createdAt: 0 };
      const signed = signatureHeaders({ ...restDefaults().signing, key: () => key }, body);
      const api = await open({ sessionKey: () => key });
      const answer = await api.call('POST', '/connectors/inv/tasks?forward=false', body, signed);
      assert.equal(answer.status, 204);
      assert.deepEqual(calls, ['putTaskConfigs ["inv",[{"task.class":"T"}]]']);
    });
  });

  describe('paths and methods', () => {
    it('decodes names once', async () => {
      const api = await open();
      for (const [path, name] of [
        ['my%2Fconn', 'my/conn'],
        ['a%20b', 'a b'],
        ['a+b', 'a+b'],
        ['100%2525', '100%25'],
        ['q%3Fx', 'q?x'],
        ['%E6%9D%B1', '東'],
        ['%2E%2E', '..'],
      ] as const) {
        await api.call('GET', `/connectors/${path}/config`);
        assert.equal(calls.at(-1), `connectorInfo ${JSON.stringify([name])}`);
      }
    });

    it('answers a name that cannot be decoded as a fault of the client', async () => {
      assert.match(refusal(await (await open()).call('GET', '/connectors/%E0%A4%A'), 400), /Failed to decode/);
    });

    it('HEAD works where GET does, OPTIONS lists the methods', async () => {
      const api = await open();
      const head = await api.call('HEAD', '/connectors/inv');
      assert.deepEqual([head.status, head.text], [200, '']);
      assert.ok(Number(head.headers['content-length']) > 2);
      const options = await api.call('OPTIONS', '/connectors/inv/config');
      assert.equal(options.status, 200);
      assert.equal(options.headers['allow'], 'HEAD,GET,PUT,PATCH,OPTIONS');
      assert.equal(options.headers['content-type'], 'text/plain');
    });

    it('says 404, 405, 406 and 415 in Connect’s words', async () => {
      const api = await open();
      assert.equal(refusal(await api.call('GET', '/nothing'), 404), 'HTTP 404 Not Found');
      assert.equal(refusal(await api.call('GET', '/Connectors'), 404), 'HTTP 404 Not Found');
      assert.equal(refusal(await api.call('GET', '/connectors/inv/tasks/one/status'), 404), 'HTTP 404 Not Found');
      assert.equal(refusal(await api.call('GET', '/connectors/inv/tasks-config'), 404), 'HTTP 404 Not Found');
      assert.equal(refusal(await api.call('DELETE', '/connectors'), 405), 'HTTP 405 Method Not Allowed');
      assert.equal(refusal(await api.call('POST', '/health'), 405), 'HTTP 405 Method Not Allowed');
      const xml = await api.call('GET', '/connectors', undefined, { Accept: 'application/xml' });
      assert.equal(refusal(xml, 406), 'HTTP 406 Not Acceptable');
      const text = await api.call('POST', '/connectors', '{}', { 'Content-Type': 'text/plain' });
      assert.equal(refusal(text, 415), 'HTTP 415 Unsupported Media Type');
      const untyped = await api.call('POST', '/connectors', '{}', { 'Content-Type': '' });
      assert.equal(refusal(untyped, 415), 'HTTP 415 Unsupported Media Type');
      const charset = await api.call('POST', '/connectors', '{}', {
        'Content-Type': 'application/json; charset=UTF-8',
      });
      assert.equal(charset.status, 400);
    });
  });

  describe('bad input', () => {
    it('names what is wrong with a body, without quoting it and without a stack trace', async () => {
      const api = await open();
      for (const [body, expected] of [
        ['{"name":"a","config":{"database.password":"pw"},', /^The request body is not valid JSON: .*(position|end)/i],
        ['{"name":"a","config":{"database.password":pw}}', /^The request body is not valid JSON: Unexpected token/],
        ['', /needs a JSON body/],
        ['[]', /Cannot deserialize value: the body must be/],
        ['null', /Cannot deserialize value: the body must be/],
        ['{"name":"a"}', /Cannot deserialize value: config must be/],
        ['{"name":"a","config":null}', /Cannot deserialize value: config must be an object/],
        ['{"name":"a","config":{"x":{"y":"pw"}}}', /Cannot deserialize value: config\.x must be/],
        ['{"name":"a","config":{"x":["pw"]}}', /Cannot deserialize value: config\.x must be/],
        ['{"name":"a","config":{},"colour":"pw"}', /Unrecognized field "colour"/],
        ['['.repeat(200_000), /^The request body is not valid JSON/],
      ] as const) {
        const message = refusal(await api.call('POST', '/connectors', body), 400);
        assert.match(message, expected);
        assert.doesNotMatch(message, /pw|\n\s*at /);
        assert.ok(message.length < 300);
      }
      assert.deepEqual(calls, []);
    });

    it('refuses a body beyond its bound, and one that is not UTF-8', async () => {
      const api = await open();
      const large = `{"name":"a","config":{"x":"${'x'.repeat(2 * 1024 * 1024)}"}}`;
      assert.match(refusal(await api.call('POST', '/connectors', large), 413), /2 MiB/);
      const latin = Buffer.from('{"name":"\xe9","config":{}}', 'latin1');
      assert.match(refusal(await api.call('POST', '/connectors', latin), 400), /not UTF-8/);
    });

    it('words failures of the herder for a stranger: code and advice, no stack trace, no secret', async () => {
      const failures: Record<string, Error> = {
        refused: new RestError(409, 'Connector inv already exists'),
        config: new ConnectorError('CONFIG_INVALID', 'slot.name is wrong'),
        bug: new TypeError('cannot read x, password=pw'),
      };
      const api = await open({
        deleteConnector: (name) => Promise.reject(failures[name] ?? new Error('?')),
      });
      assert.equal(refusal(await api.call('DELETE', '/connectors/refused'), 409), 'Connector inv already exists');
      const config = refusal(await api.call('DELETE', '/connectors/config'), 400);
      assert.match(config, /^CONFIG_INVALID: slot\.name is wrong What to do: Correct the setting/);
      const bug = refusal(await api.call('DELETE', '/connectors/bug'), 500);
      assert.match(bug, /cannot read x/);
      assert.doesNotMatch(bug, /pw|\sat /);
    });
  });

  describe('time', () => {
    it('a request that takes too long is answered with what the worker does', async () => {
      const api = await open({ stop: () => new Promise(() => undefined) }, { requestTimeoutMs: 20 });
      assert.equal(
        refusal(await api.call('PUT', '/connectors/inv/stop'), 500),
        'Request timed out. The worker is currently polling the group coordinator, which began at 1970-01-01T00:00:00.000Z.',
      );
    });

    it('requests that come before the worker has started wait for it, and health says starting', async () => {
      const fixture = await RestFixture.open();
      rest = fixture;
      const waiting = fixture.call('GET', '/connectors');
      const starting = await fixture.call('GET', '/health');
      assert.equal(starting.status, 503);
      assert.match(
        starting.text,
        /"status":"starting","message":"Worker is still starting up\. The worker is currently awaiting startup, which began at /,
      );
      fixture.access.open(herderDouble().herder);
      assert.deepEqual(json(await waiting), ['inv']);
    });

    it('health: 200 when ready, 503 while starting, 500 when unhealthy or silent', async () => {
      const healthy = await (await open()).call('GET', '/health');
      assert.deepEqual([healthy.status, healthy.text], [200, '{"status":"healthy","message":"ready"}']);
      await rest?.close();
      const starting = await open({ health: () => Promise.resolve({ status: 'starting', message: 's' }) });
      assert.equal((await starting.call('GET', '/health')).status, 503);
      await rest?.close();
      const silent = await open({ health: () => new Promise(() => undefined) }, { healthTimeoutMs: 20 });
      const unhealthy = await silent.call('GET', '/health');
      assert.equal(unhealthy.status, 500);
      assert.match(
        unhealthy.text,
        /^\{"status":"unhealthy","message":"Worker was unable to handle this request and may/,
      );
    });

    it('closing lets a running request end, and its connection with it', async () => {
      const gate = Promise.withResolvers<undefined>();
      const entered = Promise.withResolvers<undefined>();
      const api = await open({
        stop: () => {
          entered.resolve(undefined);
          return gate.promise;
        },
      });
      const running = api.call('PUT', '/connectors/inv/stop', undefined, { Connection: 'keep-alive' });
      await entered.promise;
      const closed = api.close();
      gate.resolve(undefined);
      const { status, headers } = await running;
      assert.deepEqual([status, headers['connection']], [204, 'close']);
      await closed;
      rest = undefined;
    });

    it('a port that is taken is named', async () => {
      const api = await open();
      const port = Number(new URL(api.url).port);
      await assert.rejects(
        RestServer.open([{ ...anyPort, port }], { ...restDefaults(), access: api.access }),
        (error) =>
          error instanceof ConnectorError &&
          error.code === 'REST_LISTENER_FAILED' &&
          error.message.includes(String(port)),
      );
    });
  });
});
