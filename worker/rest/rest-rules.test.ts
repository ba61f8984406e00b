import assert from 'node:assert/strict';
import request from 'supertest';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { restDefaults } from '../../test/worker/rest-fixture.ts';
import { parseResponseHeaders, responseHeadersProblem } from '../config/response-headers.ts';
import { RestUsers } from '../config/rest-users.ts';
import { originAllowed } from './cross-origin.ts';
import { HerderAccess } from './herder-access.ts';
import { restApp, type RestAppOptions } from './rest-app.ts';

function api(options: Partial<RestAppOptions> = {}) {
  const access = new HerderAccess();
  access.open(herderDouble().herder);
  return request(restApp({ ...restDefaults(), access, ...options }, 'with admin'));
}

describe('pages of other origins', () => {
  const crossOrigin = { origins: 'https://*.example.com, http://localhost:3000', methods: '' };

  it('get no permission unless an origin is allowed', async () => {
    const answer = await api().get('/connectors').set('Origin', 'https://a.example.com');
    assert.equal(answer.status, 200);
    assert.deepEqual(
      Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
      [],
    );
  });

  it('are told from others by pattern', async () => {
    const allowed = await api({ crossOrigin }).get('/connectors').set('Origin', 'https://a.example.com');
    assert.equal(allowed.headers['access-control-allow-origin'], 'https://a.example.com');
    assert.equal(allowed.headers['access-control-allow-credentials'], undefined);
    assert.match(allowed.headers['vary'] ?? '', /Origin/);
    const foreign = await api({ crossOrigin }).get('/connectors').set('Origin', 'https://a.example.com.evil.org');
    assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [200, undefined]);
    assert.equal(originAllowed('https://exampleXcom', ['https://example.com']), false);
    assert.equal(originAllowed('null', ['*']), true);
  });

  it('are answered what they may do before they are asked for a user', async () => {
    const users = new RestUsers(new Map([['alice', 'pw']]));
    const methods = 'GET,PUT';
    const ask = (origin: string) =>
      api({ users, crossOrigin: { ...crossOrigin, methods } })
        .options('/connectors')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'PUT' });
    const allowed = await ask('http://localhost:3000');
    assert.equal(allowed.status, 200);
    assert.equal(allowed.headers['access-control-allow-methods'], 'GET,PUT');
    assert.equal((await ask('http://localhost:3001')).status, 401);
  });
});

describe('users', () => {
  const users = new RestUsers(new Map([['alice', 'wonder:land']]));

  it('are asked for on every path, in plain text, and never by the browser', async () => {
    for (const path of ['/', '/health', '/connectors', '/admin/loggers', '/nothing']) {
      const answer = await api({ users }).get(path);
      assert.deepEqual([answer.status, answer.text], [401, 'User cannot access the resource.'], path);
      assert.equal(answer.headers['content-type'], 'text/plain');
      assert.equal(answer.headers['www-authenticate'], undefined);
    }
    const wrong = await api({ users }).get('/connectors').auth('alice', 'wonder');
    assert.equal(wrong.status, 401);
    const right = await api({ users }).get('/connectors').auth('alice', 'wonder:land');
    assert.equal(right.status, 200);
  });

  it('are not asked for where workers sign their requests, and only there', async () => {
    const signed = await api({ users }).post('/connectors/inv/tasks').send([]);
    assert.match(signed.text, /missing required signature/);
    assert.equal((await api({ users }).put('/connectors/inv/fence')).status, 400);
    assert.equal((await api({ users }).get('/connectors/inv/tasks')).status, 401);
    assert.equal((await api({ users }).post('/connectors/inv/tasks/0/restart')).status, 401);
    assert.equal((await api({ users }).post('/connectors/fence')).status, 401);
  });
});

describe('response.http.headers.config', () => {
  it('sets and adds headers on every answer, errors included', async () => {
    const headers = parseResponseHeaders(
      'add Cache-Control: no-cache, set X-Frame-Options:DENY,"set X-List: a, b",setDate Expires: 60000',
    );
    const answer = await api({ headers }).get('/nothing');
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['cache-control'], 'no-cache');
    assert.equal(answer.headers['x-frame-options'], 'DENY');
    assert.equal(answer.headers['x-list'], 'a, b');
    const expires = Date.parse(answer.headers['expires'] ?? '');
    assert.ok(expires > Date.now() && expires < Date.now() + 120_000);
  });

  it('is refused at the start when it is not of that form', () => {
    assert.equal(responseHeadersProblem(''), undefined);
    for (const [text, reason] of [
      ['put X: 1', /action must be one of/],
      ['set X', /not of the form/],
      ['set X Y: 1', /not of the form/],
      ['set Bäd: 1', /Header name/],
      ['set X: \u0001', /Invalid character/],
      ['setDate X: tomorrow', /milliseconds/],
      ['"set X: 1', /quote is not closed/],
    ] as const)
      assert.match(responseHeadersProblem(text) ?? '', reason, text);
  });
});

describe('rest.json.errors', () => {
  it('gives Connect’s status to bodies that cannot be read, and to nothing else', async () => {
    for (const [asConnect, status] of [
      [false, 400],
      [true, 500],
    ] as const) {
      const rest = api({ jsonErrorsAsConnect: asConnect });
      for (const body of ['{', '[]', '{"name":"a"}', '{"name":"a","config":{},"initial_state":"IDLE"}', '']) {
        const answer = await rest.post('/connectors').set('Content-Type', 'application/json').send(body);
        assert.equal(answer.status, status, body);
      }
      const renamed = await rest.put('/connectors/b/config').send({ name: 'a' });
      assert.equal(renamed.status, 400);
    }
  });
});
