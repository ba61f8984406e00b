import assert from 'node:assert/strict';
import { herderDouble } from '../../test/worker/herder-double.ts';
import { anyPort, RestFixture } from '../../test/worker/rest-fixture.ts';
import { LogLevels } from '../log-levels.ts';
import type { RestServerOptions } from './rest-server.ts';

describe('logger endpoints', () => {
  let rest: RestFixture | undefined;
  afterEach(async () => {
    await rest?.close();
    rest = undefined;
  });

  async function open(options: Partial<RestServerOptions> = {}, started = true) {
    const levels = new LogLevels('INFO');
    levels.add('io.example');
    levels.add('io.example.deep');
    const { herder, calls } = herderDouble();
    rest = await RestFixture.open(started ? herder : undefined, { levels, ...options });
    return { api: rest, levels, calls };
  }

  it('tell every level and change it, with all below, before the worker has started too', async () => {
    const { api } = await open({}, false);
    assert.equal(
      (await api.call('GET', '/admin/loggers/')).text,
      '{"io.example":{"level":"INFO","last_modified":null},"io.example.deep":{"level":"INFO","last_modified":null},"root":{"level":"INFO","last_modified":null}}',
    );
    const before = Date.now();
    const changed = await api.call('PUT', '/admin/loggers/io.example', '{"level":"debug"}');
    assert.deepEqual([changed.status, changed.text], [200, '["io.example","io.example.deep"]']);
    const again = await api.call('PUT', '/admin/loggers/io.example?scope=worker', '{"level":"DEBUG"}');
    assert.deepEqual([again.status, again.text], [200, '[]']);
    const one = await api.call('GET', '/admin/loggers/io.example');
    const [, modified] = /^\{"level":"DEBUG","last_modified":(\d+)\}$/.exec(one.text) ?? [];
    assert.ok(Number(modified) >= before, one.text);
    // An unknown scope is this worker's, as in Connect.
    assert.equal(
      (await api.call('PUT', '/admin/loggers/new.one?scope=galaxy', '{"level":"WARN"}')).text,
      '["new.one"]',
    );
  });

  it('refuse what they do not know in Connect’s words', async () => {
    const { api } = await open();
    for (const [method, path, body, status, message] of [
      ['GET', '/admin/loggers/io.nope', undefined, 404, 'Logger io.nope not found.'],
      ['PUT', '/admin/loggers/io', '{}', 400, "Desired 'level' parameter was not specified in request."],
      ['PUT', '/admin/loggers/io', '{"level":"LOUD"}', 404, "invalid log level 'LOUD'."],
      ['PUT', '/admin/loggers/io?scope=cluster', '{"level":"LOUD"}', 404, "invalid log level 'LOUD'."],
      ['DELETE', '/admin/loggers/io', undefined, 405, 'HTTP 405 Method Not Allowed'],
    ] as const) {
      const answer = await api.call(method, path, body);
      assert.deepEqual(
        [answer.status, answer.text],
        [status, JSON.stringify({ error_code: status, message })],
        `${method} ${path}`,
      );
    }
  });

  it('hand a level for the whole cluster to the config topic', async () => {
    const { api, calls, levels } = await open();
    const answer = await api.call('PUT', '/admin/loggers/io.example?scope=cluster', '{"level":"trace"}');
    assert.deepEqual([answer.status, answer.text], [204, '']);
    assert.deepEqual(calls, ['setClusterLogLevel ["io.example","TRACE"]']);
    assert.equal(levels.get('io.example')?.level, 'INFO');
  });

  it('are on listeners of their own, or nowhere, when admin.listeners says so', async () => {
    const own = (await open({ adminListeners: [anyPort] })).api;
    assert.equal((await own.call('GET', '/admin/loggers')).status, 404);
    const admin = new URL(own.adminUrl);
    assert.equal((await fetch(new URL('/admin/loggers', admin))).status, 200);
    for (const path of ['/', '/connectors', '/health'])
      assert.equal((await fetch(new URL(path, admin))).status, 404, path);
    await own.close();
    const none = (await open({ adminListeners: [] })).api;
    assert.equal((await none.call('GET', '/admin/loggers')).status, 404);
    assert.equal((await none.call('GET', '/connectors')).status, 200);
  });
});
