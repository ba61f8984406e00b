import assert from 'node:assert/strict';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { integer, password, text } from '../../settings/kinds.ts';
import { PluginRegistry } from '../plugins.ts';
import { loadTransforms } from '../transform-registry.ts';
import { configInfos, refusalText } from './config-infos.ts';
import { validateConfig, type GivenConfig, type Validator } from './validation.ts';

const connector: SourceConnector = {
  className: 'io.example.CounterConnector',
  aliases: [],
  version: '1',
  settings: {
    prefix: text('topic.prefix', { required: true, documentation: 'd' }),
    password: password('counter.key', { optional: true, documentation: 'd' }),
    limit: integer('limit', 'INT', { default: '1', documentation: 'd' }),
  },
  validate: (config) =>
    Promise.resolve(config['limit'] === '13' ? [{ setting: 'limit', message: 'the source says no' }] : []),
  taskConfigs: (config) => [config],
  createTask: () => ({ run: () => Promise.resolve() }),
  checkOffsets: () => undefined,
};

function validator(rules: Partial<Validator['rules']> = {}): Validator {
  return {
    plugins: new PluginRegistry([
      { className: connector.className, aliases: [], version: '1', load: () => Promise.resolve(connector) },
    ]),
    rules: {
      exactlyOnce: true,
      overridePolicy: 'All',
      overrideAllowlist: [],
      topicCreation: true,
      ...rules,
    },
    converters: { 'key.converter': 'JsonConverter', 'value.converter': 'JsonConverter' },
    formats: () =>
      Promise.resolve({ settings: {}, converters: () => Promise.resolve(new ConverterRegistry()), problems: () => [] }),
    transforms: loadTransforms,
  };
}

const good = { name: 'x', 'connector.class': 'Counter', 'topic.prefix': 'p' };

function check(config: GivenConfig, rules: Partial<Validator['rules']> = {}) {
  return validateConfig(validator(rules), config, AbortSignal.timeout(1000));
}

async function errorsOf(config: GivenConfig, rules: Partial<Validator['rules']> = {}): Promise<string[]> {
  return [...(await check(config, rules)).problems.values()].flat();
}

describe('validation of a connector configuration', () => {
  it('has nothing against a good one', async () => {
    assert.deepEqual(await errorsOf(good), []);
  });

  it('lists every error in the text of a refused create, as Connect words it', async () => {
    const result = await check({ name: 'x', 'connector.class': 'Counter', 'tasks.max': 'zero' });
    assert.equal(
      refusalText(configInfos(result)),
      [
        'Connector configuration is invalid and contains the following 3 error(s):',
        'Invalid value zero for configuration tasks.max: Not a number of type INT',
        'Invalid value null for configuration tasks.max: Value must be non-null',
        'Missing required configuration "topic.prefix" which has no default value.',
        'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
      ].join('\n'),
    );
  });

  it('shows the framework settings first, then those of the connector, secrets hidden', async () => {
    const { configs, groups, name } = configInfos(await check({ ...good, 'counter.key': 's3cret' }));
    assert.equal(name, 'Counter');
    assert.equal(groups[0], 'Common');
    assert.equal(groups.includes('offsets.topic'), true);
    assert.equal(configs[0]?.value.name, 'name');
    assert.equal(configs.find(({ value }) => value.name === 'counter.key')?.value.value, '[hidden]');
  });

  it('refuses a configuration without class, and one with a class that is not here, with the words clients look for', async () => {
    await assert.rejects(check({ name: 'x' }), { status: 400, message: /contains no connector type/ });
    await assert.rejects(check({ 'connector.class': 'io.x.Nope' }), {
      status: 400,
      message:
        /^Failed to find any class that implements Connector and which name matches io\.x\.Nope, available connectors are: PluginDesc\{/,
    });
  });

  it('says of a sink that sinks are not run here', async () => {
    await assert.rejects(check({ 'connector.class': 'io.x.FileSink' }), { message: /source connectors only/ });
  });

  it('names the nearest known setting of an unknown one, and refuses nothing for it', async () => {
    const { unknown, problems } = await check({ ...good, 'topic.prefixx': 'q', 'producer.override.linger.ms': '5' });
    assert.deepEqual(unknown, [{ key: 'topic.prefixx', nearest: 'topic.prefix' }]);
    assert.equal(problems.size, 0);
  });

  it('refuses null as a value', async () => {
    assert.deepEqual(await errorsOf({ ...good, limit: null }), [
      'Null value can not be supplied as the configuration value.',
    ]);
  });

  it('asks the connector only when every setting is right on its own', async () => {
    assert.deepEqual(await errorsOf({ ...good, limit: '13' }), ['the source says no']);
    assert.equal((await errorsOf({ ...good, limit: '13', 'tasks.max': '0' })).length, 1);
  });

  it('refuses client settings that the worker does not allow, in the words of Connect', async () => {
    const config = { ...good, 'producer.override.max.block.ms': '1', 'admin.override.sasl.mechanism': 'PLAIN' };
    assert.deepEqual(await errorsOf(config, { overridePolicy: 'Principal' }), [
      "The 'Principal' policy does not allow 'max.block.ms' to be overridden in the connector configuration.",
    ]);
  });

  it('requires partitions and replication factor of the default group as soon as topics are to be created', async () => {
    assert.deepEqual(await errorsOf({ ...good, 'topic.creation.default.cleanup.policy': 'compact' }), [
      'Missing required configuration "topic.creation.default.replication.factor" which has no default value.',
      'Missing required configuration "topic.creation.default.partitions" which has no default value.',
    ]);
  });

  it('says what is accepted and changes nothing', async () => {
    const { withoutEffect } = await check({ ...good, 'transaction.boundary': 'interval' }, { exactlyOnce: false });
    assert.equal(withoutEffect.length, 1);
  });

  it('refuses the mask of a secret that is not stored', async () => {
    assert.match((await errorsOf({ ...good, 'counter.key': '[hidden]' }))[0] ?? '', /give the value itself/);
  });

  describe('of transforms and predicates', () => {
    const route = {
      ...good,
      transforms: 'route',
      'transforms.route.type': 'RegexRouter',
      'transforms.route.regex': '(.*)',
      'transforms.route.replacement': 'x-$1',
    };
    const onlyLogs = {
      'transforms.route.predicate': 'logs',
      predicates: 'logs',
      'predicates.logs.type': 'TopicNameMatches',
      'predicates.logs.pattern': 'log.*',
    };

    it('shows what each alias defines, in a group of its own', async () => {
      const { configs, groups } = configInfos(await check({ ...route, ...onlyLogs }));
      assert.deepEqual(
        configs.filter(({ value }) => /^(transforms|predicates)\./.test(value.name)).map(({ value }) => value.name),
        [
          'transforms.route.type',
          'transforms.route.plugin.version',
          'transforms.route.regex',
          'transforms.route.replacement',
          'transforms.route.negate',
          'transforms.route.predicate',
          'predicates.logs.type',
          'predicates.logs.plugin.version',
          'predicates.logs.pattern',
        ],
      );
      assert.deepEqual(groups.slice(-2), ['Transforms: route', 'Predicates: logs']);
      assert.deepEqual((await check({ ...route, ...onlyLogs })).unknown, []);
    });

    for (const [what, config, error] of [
      [
        'a class that is not here',
        { 'transforms.route.type': 'x.Nope' },
        /route\.type: Class x\.Nope could not be found/,
      ],
      ['a class without $Key or $Value', { 'transforms.route.type': 'Cast' }, /Did you mean Cast\$Key or Cast\$Value/],
      ['no class', { 'transforms.route.type': undefined }, /Missing required configuration "transforms\.route\.type"/],
      ['a bad value', { 'transforms.route.regex': '(' }, /Invalid value \( for configuration transforms\.route\.regex/],
      ['values that do not fit together', { 'transforms.route.replacement': '$7' }, /route\.type: .*No group 7/],
      ['negate alone', { 'transforms.route.negate': 'true' }, /^Config 'transforms\.route\.negate' was provided but/],
      ['an unknown predicate', { 'transforms.route.predicate': 'p' }, /Invalid value p for .*route\.predicate/],
      ['an alias twice', { transforms: 'route,route' }, /Duplicate alias provided/],
    ] as const)
      it(`refuses ${what}, with one error`, async () => {
        const { 'transforms.route.type': type, ...rest } = { ...route, ...config };
        const errors = await errorsOf(type === undefined ? rest : { ...rest, 'transforms.route.type': type });
        assert.equal(errors.length, 1, errors.join('; '));
        assert.match(errors[0] ?? '', error);
      });
  });
});
