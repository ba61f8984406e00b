import assert from 'node:assert/strict';
import { clientSettings } from '../../kafka/client-settings.ts';
import { producerSettings } from '../task-host/producer-settings.ts';
import { clientOverrideSettings, overridesWithoutEffect } from './client-override-settings.ts';
import { overrideProblems, parsePolicy, safeOverrides } from './override-policy.ts';

const rules = { policy: 'Allowlist', allowlist: safeOverrides } as const;
const refused = (config: Record<string, string>, given: Parameters<typeof overrideProblems>[1] = rules): string[] =>
  overrideProblems(config, given).map(([key]) => key);

describe('overrides of client settings', () => {
  it('are all allowed by default that this client has, but for where the data goes', () => {
    const names = [...Object.values(clientSettings), ...Object.values(producerSettings)].map(({ name }) => name);
    const keys = Object.fromEntries(names.map((name) => [`producer.override.${name}`, '']));
    assert.deepEqual(refused(keys), ['producer.override.bootstrap.servers']);
  });

  it('that take away exactly-once, move the data or load code are refused in the words of Connect', () => {
    const bad = [
      'transactional.id',
      'acks',
      'interceptor.classes',
      'sasl.login.callback.handler.class',
      'metric.reporters',
    ];
    for (const name of bad)
      assert.deepEqual(overrideProblems({ [`producer.override.${name}`]: '1' }, rules), [
        [
          `producer.override.${name}`,
          `The 'Allowlist' policy does not allow '${name}' to be overridden in the connector configuration.`,
        ],
      ]);
    assert.deepEqual(
      refused({ 'consumer.override.isolation.level': 'x', 'admin.override.bootstrap.servers': 'x' }).length,
      2,
    );
  });

  it('that say what holds anyway are no reason to refuse a connector', () => {
    assert.deepEqual(refused({ 'producer.override.acks': 'all', 'producer.override.enable.idempotence': 'true' }), []);
  });

  it('follow the policy of the worker, by its short name or its class', () => {
    const config = {
      'producer.override.linger.ms': '5',
      'producer.override.sasl.mechanism': 'PLAIN',
      'tasks.max': '1',
    };
    assert.deepEqual(refused(config, { policy: 'All', allowlist: [] }), []);
    assert.deepEqual(refused(config, { policy: 'Principal', allowlist: [] }), ['producer.override.linger.ms']);
    assert.equal(refused(config, { policy: 'None', allowlist: [] }).length, 2);
    assert.deepEqual(refused(config, { policy: 'Allowlist', allowlist: ['linger.ms'] }), [
      'producer.override.sasl.mechanism',
    ]);
    assert.equal(
      parsePolicy('org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy'),
      'All',
    );
    assert.equal(parsePolicy('none'), 'None');
    assert.throws(() => parsePolicy('com.example.Mine'));
  });

  it('are checked like settings, and named when they change nothing', () => {
    const config = {
      'producer.override.linger.ms': 'x',
      'producer.override.max.block.ms': '1',
      'admin.override.linger.ms': '1',
    };
    assert.deepEqual(
      clientOverrideSettings(config).map(({ name }) => name),
      ['producer.override.linger.ms'],
    );
    assert.equal(overridesWithoutEffect(config).length, 2);
  });
});
