import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConnectorError } from '../../errors/connector-error.ts';
import { PluginRegistry } from '../plugins.ts';
import { loadTransforms } from '../transform-registry.ts';
import { PluginPath } from './plugin-path.ts';

const examples = fileURLToPath(new URL('../../examples/plugins', import.meta.url));

describe('plug-ins of the path', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-plugins-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  /** One plug-in in a folder of its own. */
  function plugin(name: string, entry: Record<string, unknown>, code: string, version = '1.0.0'): void {
    const declared = { type: 'transformation', module: 'code.mjs', export: 'it', ...entry };
    write(`${name}/millrace-plugin.json`, JSON.stringify({ name, version, plugins: [declared] }));
    write(`${name}/code.mjs`, code);
  }

  const rejection = async (load: Promise<unknown>): Promise<string> => {
    try {
      await load;
    } catch (error) {
      assert.ok(error instanceof ConnectorError);
      return `${error.code} ${error.message}`;
    }
    throw new Error('it was loaded');
  };

  it('are known by their manifests, and their code is loaded when they are used', async () => {
    plugin(
      'lazy',
      { class: 'a.Lazy' },
      'globalThis.lazyLoaded = true; export const it = { settings: {}, create: () => ({ apply: (r) => r }) };',
    );
    const path = PluginPath.open([folder]);
    assert.deepEqual(
      path.transforms.entries.map(({ className, version }) => [className, version]),
      [['a.Lazy', '1.0.0']],
    );
    const transforms = await loadTransforms(path);
    assert.equal('lazyLoaded' in globalThis, false);
    assert.equal(transforms.transform('Lazy'), undefined);
    await transforms.prepare({ transforms: 'x', 'transforms.x.type': 'Lazy' });
    assert.equal('lazyLoaded' in globalThis, true);
    assert.equal(transforms.transform('a.Lazy')?.version, '1.0.0');
  });

  it('with a bad manifest are reported with the reason and disturb no other', () => {
    write('broken/millrace-plugin.json', '{');
    write(
      'sink/millrace-plugin.json',
      '{"name":"s","version":"1.0","plugins":[{"type":"sink","class":"a.S","module":"a.js","export":"s"}]}',
    );
    write(
      'outside/millrace-plugin.json',
      '{"name":"o","version":"1.0","plugins":[{"type":"source","class":"a.O","module":"../a.js","export":"s"}]}',
    );
    write('java/some.jar', '');
    plugin('good', { class: 'a.Good' }, '');
    const { problems, transforms } = PluginPath.open([folder, join(folder, 'nowhere')]);
    assert.deepEqual(
      transforms.entries.map(({ className }) => className),
      ['a.Good'],
    );
    const messages = problems.map(({ folder: where, message }) => `${where.slice(folder.length)} ${message}`);
    assert.equal(messages.length, 4);
    assert.match(messages[0] ?? '', /^\/broken millrace-plugin\.json: not JSON/);
    assert.match(messages[1] ?? '', /^\/outside .*plugins\.0\.module: must be .* within the folder/);
    assert.match(messages[2] ?? '', /^\/sink .*millrace runs source connectors only/);
    assert.match(messages[3] ?? '', /^\/nowhere the directory of plugin\.path cannot be read/);
    const unknown = PluginRegistry.open([folder]).unknownText('a.O');
    assert.match(unknown, /^Failed to find any class .*could not be used: .*broken.*; .*outside/);
  });

  it('say what their module lacks when somebody asks for them', async () => {
    plugin('absent', { class: 'a.Absent', module: 'other.mjs' }, '');
    plugin('syntax', { class: 'a.Syntax' }, 'export const it = {');
    plugin('throws', { class: 'a.Throws' }, 'throw new Error("no luck");');
    plugin('unnamed', { class: 'a.Unnamed' }, 'export const that = 1;');
    plugin(
      'shape',
      { class: 'a.Shape', type: 'source' },
      'export const it = { settings: { a: { name: "a" } }, createTask: 1 };',
    );
    const { transforms, sources } = PluginPath.open([folder]);
    const of = (name: string) => rejection(transforms.loadNamed([name]));
    assert.match(await of('a.Absent'), /^PLUGIN_UNUSABLE plug-in a\.Absent 1\.0\.0: .*other\.mjs is not there/);
    assert.match(await of('a.Syntax'), /cannot be loaded/);
    assert.match(await of('a.Throws'), /cannot be loaded: no luck/);
    assert.match(await of('a.Unnamed'), /exports no it, but that/);
    const shape = await rejection(sources.loadNamed(['a.Shape']));
    assert.match(shape, /code\.mjs exports is no source/);
    for (const member of [
      'it.settings.a.type',
      'it.settings.a.parse: must be a function',
      'it.taskConfigs: must be a function',
      'it.createTask: must be',
    ])
      assert.ok(shape.includes(member), `${member} in ${shape}`);
  });

  it('have distinct classes: built-in ones win, then the newest version; an alias that fits two fits none', async () => {
    plugin('old', { class: 'a.Twice' }, '', '1.9.0');
    plugin('new', { class: 'a.Twice' }, '', '1.10.0');
    plugin('rival', { class: 'b.Twice' }, '');
    plugin('load', { class: 'millrace.LoadSourceConnector', type: 'source' }, '');
    plugin('alias', { class: 'b.Other', type: 'source', aliases: ['load'] }, '');
    const registry = PluginRegistry.open([folder]);
    const { transforms, problems } = registry.path;
    assert.deepEqual(
      transforms.entries.map(({ className, version }) => `${className} ${version}`),
      ['a.Twice 1.10.0', 'b.Twice 1.0.0'],
    );
    assert.deepEqual(await transforms.loadNamed(['Twice']), []);
    assert.equal(registry.find('load')?.className, 'millrace.LoadSourceConnector');
    assert.equal(registry.find('Other')?.className, 'b.Other');
    assert.deepEqual(problems.map(({ message }) => message.replace(folder, '')).toSorted(), [
      'plug-in a.Twice 1.9.0 is left out: version 1.10.0 is in /new',
      'plug-in millrace.LoadSourceConnector 1.0.0 is left out: a built-in one has that class',
    ]);
  });

  it('that give what they must not fail with a message that says what', async () => {
    plugin(
      'async',
      { class: 'a.Async' },
      'export const it = { settings: {}, create: () => ({ apply: async (r) => r }) };',
    );
    plugin('empty', { class: 'a.Empty' }, 'export const it = { settings: {}, create: () => ({}) };');
    plugin(
      'text',
      { class: 'a.Text', type: 'converter' },
      'export const it = { settings: {}, create: () => ({ fromConnect: () => "x" }) };',
    );
    const { transforms, converters } = PluginPath.open([folder]);
    const [slow, empty] = await transforms.loadNamed(['a.Async', 'a.Empty']);
    const record = {
      topic: 't',
      partition: null,
      keySchema: null,
      key: null,
      valueSchema: null,
      value: null,
      timestampMs: null,
      headers: [],
    };
    assert.throws(() => slow?.create({}).apply(record), /and no promise/);
    assert.throws(() => empty?.create({}), { code: 'PLUGIN_FAILED', message: /with the method apply\(\)/ });
    const [text] = await converters.loadNamed(['Text', 'TextConverter', 'a.Text']);
    assert.throws(() => text?.create({}, false).fromConnect('t', null, null), /must give a Buffer or null/);
  });

  it('include the example, which has a source, a transform and a converter', () => {
    const { problems, sources, transforms, converters } = PluginPath.open([examples]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [sources, transforms, converters].flatMap(({ entries }) => entries.map(({ className }) => className)),
      ['com.example.HttpPollSourceConnector', 'com.example.Redact', 'com.example.CsvConverter'],
    );
  });
});
