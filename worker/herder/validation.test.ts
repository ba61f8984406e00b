import assert from 'node:assert/strict';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { integer, password, text } from '../../settings/kinds.ts';
import { PluginRegistry } from '../plugins.ts';
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
      offsetsTopic: 'offsets',
      topicCreation: true,
      ...rules,
    },
    formats: () => Promise.resolve({ settings: {}, problems: () => [] }),
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
      'Invalid value null for configuration limit: Null value can not be supplied as the configuration value.',
    ]);
  });

  it('asks the connector only when every setting is right on its own', async () => {
    assert.deepEqual(await errorsOf({ ...good, limit: '13' }), ['the source says no']);
    assert.equal((await errorsOf({ ...good, limit: '13', 'tasks.max': '0' })).length, 1);
  });

  it('refuses exactly-once where the worker does not have it', async () => {
    const errors = await errorsOf({ ...good, 'exactly.once.support': 'required' }, { exactlyOnce: false });
    assert.equal(errors.length, 1);
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

  it('refuses what this version does not do by name', async () => {
    for (const [key, value] of [
      ['transforms', 'route'],
      ['predicates', 'p'],
      ['transaction.boundary', 'connector'],
      ['offsets.storage.topic', 'my-offsets'],
    ] as const)
      assert.equal((await errorsOf({ ...good, [key]: value })).length, 1, key);
  });

  it('says what is accepted and changes nothing', async () => {
    const { withoutEffect } = await check({ ...good, 'errors.tolerance': 'all' });
    assert.equal(withoutEffect.length, 1);
  });

  it('refuses the mask of a secret that is not stored', async () => {
    assert.match((await errorsOf({ ...good, 'counter.key': '[hidden]' }))[0] ?? '', /give the value itself/);
  });
});
