import assert from 'node:assert/strict';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { ConverterRegistry } from '../../formats/converters/converter-registry.ts';
import { integer, password, text } from '../../settings/kinds.ts';
import { loadTransforms } from '../transform-registry.ts';
import { PluginRegistry } from '../plugins.ts';
import { ConfigResolver } from '../providers/config-resolver.ts';
import { EnvProvider } from '../providers/env-provider.ts';
import { SecretValues } from '../providers/secret-values.ts';
import { configInfos } from './config-infos.ts';
import { ConnectorResolver } from './connector-resolver.ts';
import { secretsOf } from './masked-config.ts';
import { validateResolved } from './resolved-validation.ts';
import { storedTaskConfigs } from './stored-task-configs.ts';
import type { Validator } from './validation.ts';

const connector: SourceConnector = {
  className: 'io.example.CounterConnector',
  aliases: [],
  version: '1',
  settings: {
    host: text('host', { required: true, documentation: 'd' }),
    password: password('secret', { optional: true, documentation: 'd' }),
    limit: integer('limit', 'INT', { default: '1', documentation: 'd', recommended: ['1', '2'] }),
  },
  validate: ({ host, secret }) =>
    Promise.resolve(
      secret === 'wrong-secret' ? [{ setting: 'host', message: `${host ?? ''}: no entry for ${secret}` }] : [],
    ),
  taskConfigs: (config) => [config],
  createTask: () => ({ run: () => Promise.resolve() }),
  checkOffsets: () => undefined,
};

const validator: Validator = {
  converters: {},
  plugins: new PluginRegistry([
    { className: connector.className, aliases: [], version: '1', load: () => Promise.resolve(connector) },
  ]),
  rules: {
    exactlyOnce: true,
    overridePolicy: 'All',
    overrideAllowlist: [],
    topicCreation: true,
  },
  transforms: loadTransforms,
  formats: () =>
    Promise.resolve({ settings: {}, converters: () => Promise.resolve(new ConverterRegistry()), problems: () => [] }),
};

const env = { LIMIT: 'eleven', GOOD: '7', SECRET: 'wrong-secret', HOST: 'db' };

async function infos(config: Record<string, string>) {
  const secretValues = new SecretValues();
  const resolver = new ConnectorResolver({
    resolver: new ConfigResolver(new Map([['env', new EnvProvider(env, undefined)]])),
    secretValues,
    isSecret: () => Promise.resolve(secretsOf(new Set(['secret']))),
    isSecretByName: () => secretsOf(new Set()),
  });
  const given = { name: 'x', 'connector.class': 'Counter', host: 'h', ...config };
  const answer = configInfos(await validateResolved(validator, { resolver, config: given }, AbortSignal.timeout(1000)));
  return { answer, of: (key: string) => answer.configs.find(({ value }) => value.name === key)?.value };
}

describe('validation of placeholders', () => {
  it('checks the value and shows the placeholder', async () => {
    const { answer, of } = await infos({ limit: '${env:GOOD}', secret: '${env:SECRET_2}', 'config.providers': 'x' });
    assert.equal(answer.error_count, 0);
    assert.equal(of('limit')?.value, '${env:GOOD}');
    assert.deepEqual(of('limit')?.recommended_values, []);
    assert.equal(of('secret')?.value, '${env:SECRET_2}');
    assert.equal(of('config.providers'), undefined);
  });

  it('says of a wrong value only where it came from', async () => {
    const { answer, of } = await infos({ limit: '${env:LIMIT}' });
    assert.deepEqual(of('limit')?.errors, [
      "Invalid value for configuration 'limit': the value resolved from the config provider reference failed validation",
    ]);
    assert.doesNotMatch(JSON.stringify(answer), /eleven/);
  });

  it('shows no value in what is wrong with another setting', async () => {
    const { answer, of } = await infos({ secret: '${env:SECRET}' });
    assert.deepEqual(of('host')?.errors, ['h: no entry for [hidden]']);
    assert.doesNotMatch(JSON.stringify(answer), /wrong-secret/);
  });
});

describe('stored task configurations', () => {
  it('hold the placeholders of the connector under its keys, whatever the connector has put there', () => {
    const raw = { a: '${env:A}', b: 'x', c: '${env:C}', d: '${unknown}' };
    const tasks = [{ a: 'resolved', b: 'y', 'task.id': '0', d: 'z' }, { a: 'changed per task' }];
    assert.deepEqual(storedTaskConfigs(raw, tasks), [
      { a: '${env:A}', b: 'y', 'task.id': '0', d: 'z' },
      { a: '${env:A}' },
    ]);
  });
});
