import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { RecordReader } from '../support/record-reader.ts';
import { servers } from '../support/servers.ts';
import { TestCluster, uniqueName } from '../support/test-cluster.ts';
import { deathGuard } from '../../worker/supervisor/death-guard.ts';
import { until } from './support/counter-cluster.ts';

/** A plug-in that misbehaves as its setting `how` says: in a task, or with `where=validate` in the worker. */
const badCode = `
import { text, integer } from 'millrace/sdk';
const settings = {
  how: text('how', { required: true, documentation: 'What goes wrong.' }),
  where: text('where', { default: 'run', documentation: 'Where it goes wrong.' }),
};
async function misbehave(how) {
  if (how === 'throw') throw new TypeError('this plug-in is bad');
  if (how === 'leak') { Promise.reject(new Error('left to itself')); await new Promise((resolve) => setTimeout(resolve, 200)); }
  if (how === 'late') { setTimeout(() => { throw new Error('from a timer'); }, 10); await new Promise(() => undefined); }
  if (how === 'never') await new Promise(() => undefined);
  if (how === 'block') for (;;);
}
export const bad = {
  settings,
  async validate(config) {
    if (config.where === 'validate') await misbehave(config.how);
    return [];
  },
  taskConfigs: (config) => [config],
  createTask: (context) => ({
    async run() {
      context.started();
      if (context.config.where !== 'validate') await misbehave(context.config.how);
    },
  }),
};
`;

/** Process ids of the children of a process. */
function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

interface Item {
  readonly id: number;
  readonly text: string;
}

describe('plug-ins from plugin.path', () => {
  let cluster: TestCluster;
  let folder: string;
  let service: Server;
  let items: Item[] = [];
  let connectors: string[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-plugin-path-'));
    // Far from this checkout, as an operator has it: nothing but the worker knows where millrace/sdk is.
    cpSync(fileURLToPath(new URL('../../examples/plugins', import.meta.url)), folder, { recursive: true });
    const bad = [
      { type: 'source', class: 'test.BadConnector', module: 'bad.mjs', export: 'bad' },
      { type: 'source', class: 'test.UnloadableConnector', module: 'unloadable.mjs', export: 'nothing' },
    ];
    mkdirSync(join(folder, 'bad'));
    writeFileSync(
      join(folder, 'bad/millrace-plugin.json'),
      JSON.stringify({ name: 'bad', version: '0.1', plugins: bad }),
    );
    writeFileSync(join(folder, 'bad/bad.mjs'), badCode);
    writeFileSync(join(folder, 'bad/unloadable.mjs'), 'import "left-pad-that-is-not-there";');
    mkdirSync(join(folder, 'broken'));
    writeFileSync(join(folder, 'broken/millrace-plugin.json'), '{"name": 1}');
    service = createServer((request, response) => {
      const after = Number(new URL(request.url ?? '', 'http://x').searchParams.get('after'));
      response.end(JSON.stringify(items.filter(({ id }) => id > after).slice(0, 3)));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    cluster = await TestCluster.start({
      properties: { 'plugin.path': folder, 'task.hosts.max': '8', 'task.shutdown.graceful.timeout.ms': '1000' },
    });
  });

  after(async () => {
    service.close();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const name of connectors) await cluster.client.delete(name);
    connectors = [];
  });

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(`${cluster.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async function create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    connectors.push(name);
    await cluster.client.create(name, config);
  }

  async function taskState(name: string): Promise<string | undefined> {
    return (await cluster.client.status(name))?.tasks[0]?.state;
  }

  /** A task of another connector that must not notice anything. */
  async function bystander(): Promise<() => Promise<void>> {
    const name = uniqueName('bystander');
    await createTopic(servers().kafka.bootstrap, name, 1);
    await create(name, { 'connector.class': 'load', topic: name, throughput: '50', 'interval.ms': '50' });
    await cluster.client.untilRunning(name, 40_000);
    const startOf = async (): Promise<unknown> => JSON.parse((await call('GET', `/connectors/${name}/status`)).text);
    const before = await startOf();
    return async () => assert.deepEqual(await startOf(), before);
  }

  it('are listed with their versions and show their settings', async () => {
    const { text } = await call('GET', '/connector-plugins?connectorsOnly=false');
    const listed = JSON.parse(text) as { class: string; type: string; version: string }[];
    for (const [type, name] of [
      ['source', 'com.example.HttpPollSourceConnector'],
      ['transformation', 'com.example.Redact'],
      ['converter', 'com.example.CsvConverter'],
    ])
      assert.deepEqual(
        listed.filter(({ class: found }) => found === name),
        [{ class: name, type, version: '1.2.0' }],
      );
    assert.match((await call('GET', '/connector-plugins/HttpPollSource/config')).text, /"name":"poll\.every\.ms"/);
    assert.match((await call('GET', '/connector-plugins/com.example.Redact/config')).text, /"name":"replacement"/);
  });

  it('run as docs/plugins.md shows: source, transform and converter of the example, exactly once over a restart', async () => {
    const name = uniqueName('polled');
    await createTopic(servers().kafka.bootstrap, name, 1);
    items = [1, 2, 3, 4, 5].map((id) => ({ id, text: `call ${id}: 555-010${id}; "now"` }));
    const { port } = service.address() as AddressInfo;
    await create(name, {
      'connector.class': 'http-poll',
      'connector.plugin.version': '[1.0,2.0)',
      urls: `http://127.0.0.1:${port}/calls`,
      topic: name,
      'poll.every.ms': '50',
      transforms: 'hide',
      'transforms.hide.type': 'com.example.Redact',
      'transforms.hide.pattern': '\\d{3}-\\d{4}',
      'key.converter': 'org.apache.kafka.connect.converters.LongConverter',
      'value.converter': 'com.example.CsvConverter',
    });
    const reader = await RecordReader.open(servers().kafka.bootstrap, name);
    try {
      await reader.until((records) => records.length === 5);
      await call('POST', `/connectors/${name}/restart?includeTasks=true`);
      items.push({ id: 6, text: 'last' });
      const records = await reader.until((found) => found.some(({ value }) => value === '6;last'), 60_000);
      assert.deepEqual(
        records.map(({ value }) => value),
        [...[1, 2, 3, 4, 5].map((id) => `${id};"call ${id}: ***; ""now"""`), '6;last'],
      );
    } finally {
      await reader.close();
    }
  });

  it('check configurations: their settings, their own rules, their version', async () => {
    const config = {
      'connector.class': 'com.example.HttpPollSourceConnector',
      name: 'checked',
      urls: 'not a url',
      topic: 't',
      transforms: 'hide',
      'transforms.hide.type': 'Redact',
      'transforms.hide.pattern': 'a',
    };
    const check = async (more: Readonly<Record<string, string>>): Promise<string> =>
      (await call('POST', '/connectors', { name: 'checked', config: { ...config, ...more } })).text;
    assert.match(await check({}), /not a url is no URL/);
    assert.match(await check({ 'transforms.hide.pattern': '(' }), /Invalid value \( for configuration pattern/);
    assert.match(await check({ 'connector.plugin.version': '2.0' }), /not found that matches the version range/);
    assert.match(await check({ 'poll.every.ms': '0' }), /Value must be at least 1/);
    assert.match(
      await check({ urls: 'http://x', 'value.converter': 'Csv', 'value.converter.separator': ';;' }),
      /Value must be one character/,
    );
  });

  it('that cannot be used are named to whoever asks for them, and the worker runs on', async () => {
    const post = (className: string) =>
      call('POST', '/connectors', { name: 'x', config: { 'connector.class': className } });
    assert.match((await post('test.UnloadableConnector')).text, /PLUGIN_UNUSABLE.*left-pad-that-is-not-there/);
    assert.match((await post('test.Nowhere')).text, /Failed to find any class.*broken: millrace-plugin\.json: name: /);
    assert.equal((await call('GET', '/health')).status, 200);
  });

  for (const how of ['throw', 'leak', 'late'])
    it(`with a task that goes wrong (${how}) lose that task only, which is tried again`, async () => {
      const untouched = await bystander();
      const name = uniqueName(how);
      await create(name, { 'connector.class': 'Bad', how, 'task.restart.backoff.ms': '60000' });
      await until(async () => ['FAILED', 'RESTARTING'].includes((await taskState(name)) ?? ''), 40_000, 'a failure');
      const { text } = await call('GET', `/connectors/${name}/status`);
      assert.match(
        text,
        { throw: /PLUGIN_FAILED.*this plug-in is bad/, leak: /HOST_DIED/, late: /HOST_DIED/ }[how] ?? /$^/,
      );
      await untouched();
    });

  for (const how of ['never', 'block'])
    it(`with a task that does not end (${how}) are stopped all the same`, async () => {
      const untouched = await bystander();
      const name = uniqueName(how);
      await create(name, { 'connector.class': 'Bad', how });
      await cluster.client.untilRunning(name, 40_000);
      await cluster.client.put(name, 'stop');
      await until(async () => (await cluster.client.status(name))?.tasks.length === 0, 40_000, 'stopped without tasks');
      await untouched();
    });

  it('with a task that never returns end with their worker when that is killed', async function () {
    if (deathGuard().length === 0) {
      if (this.test !== undefined) this.test.title += ' (there is no setpriv with --pdeathsig here)';
      this.skip();
    }
    const doomed = await TestCluster.start({ workers: 1, properties: { 'plugin.path': folder } });
    const name = uniqueName('endless');
    await doomed.client.create(name, { 'connector.class': 'Bad', how: 'block' });
    await doomed.client.untilRunning(name, 40_000);
    const pid = doomed.workers[0]?.pid ?? 0;
    const hosts = childrenOf(pid);
    assert.ok(hosts.length > 0);
    await doomed.workers[0]?.kill('SIGKILL');
    await until(() => hosts.every((host) => !existsSync(`/proc/${host}`)), 20_000, 'no host is left');
    await doomed.close();
  });

  it('with a task that returns early keep it idle', async () => {
    const name = uniqueName('early');
    await create(name, { 'connector.class': 'Bad', how: 'nothing' });
    await cluster.client.untilRunning(name, 40_000);
    await cluster.client.put(name, 'pause');
    await until(async () => (await taskState(name)) === 'PAUSED', 20_000, 'paused');
  });

  it('that throw or leak while they check a configuration fail that request only', async () => {
    const untouched = await bystander();
    const check = (how: string) =>
      call('POST', '/connectors', {
        name: `checked-${how}`,
        config: { 'connector.class': 'Bad', how, where: 'validate' },
      });
    const thrown = await check('throw');
    assert.equal(thrown.status, 500);
    assert.match(thrown.text, /PLUGIN_FAILED: plug-in test\.BadConnector 0\.1, validate: this plug-in is bad/);
    connectors.push('checked-leak');
    assert.equal((await check('leak')).status, 201);
    assert.equal((await call('GET', '/health')).status, 200);
    await untouched();
  });
});
