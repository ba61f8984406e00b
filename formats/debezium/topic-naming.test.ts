import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { debeziumOptions } from './options.ts';
import { heartbeatTopic, sanitizedTopic, tableIdentifier, tableTopic } from './topic-naming.ts';

const names = { prefix: 'inv', delimiter: '.', transaction: 'transaction', heartbeatPrefix: '__debezium-heartbeat' };
const plain = { schemasEnabled: false, decimalFormat: 'BASE64', replaceNullWithDefault: false } as const;

function routed(more: Readonly<Record<string, string>>): ReturnType<typeof debeziumOptions> {
  const config = {
    'topic.prefix': 'inv',
    'topic.naming.strategy': 'io.debezium.schema.SchemaRegexTopicNamingStrategy',
  };
  return debeziumOptions({ ...config, ...more }, { key: plain, value: plain });
}

describe('Topics', () => {
  it('are named by prefix, schema and table', () => {
    assert.equal(tableTopic(names, 'public', 'orders'), 'inv.public.orders');
    assert.equal(tableTopic({ ...names, delimiter: '_' }, 'public', 'orders'), 'inv_public_orders');
    assert.equal(tableTopic(names, null, 'orders'), 'inv.orders');
    assert.equal(tableTopic({ ...names, withoutSchema: true }, 'public', 'orders'), 'inv.orders');
    assert.equal(heartbeatTopic(names), '__debezium-heartbeat.inv');
  });

  it('have an underscore for each UTF-16 unit that Kafka does not take, and no more than 249 characters', () => {
    assert.equal(tableTopic(names, 'z', 'We ird-Näme'), 'inv.z.We_ird-N_me');
    assert.equal(sanitizedTopic('😀'), '__');
    assert.equal(sanitizedTopic('x'.repeat(300)).length, 249);
    assert.equal(sanitizedTopic('..'), '__');
  });

  it('have codes with a strategy by Unicode, for the underscore too, so that no two tables share one', () => {
    assert.equal(tableTopic({ ...names, unicode: true }, 'z', 'a b_ä'), 'inv.z.a_u0020b_u005f_u00e4');
  });

  it('are what the replacement makes of those that the expression matches as a whole', () => {
    const { route } = routed({ 'topic.regex': '(.*)[.]orders_\\d+', 'topic.replacement': '$1.orders' }).options;
    assert.equal(tableTopic({ ...names, route }, 'public', 'orders_2'), 'inv.public.orders');
    assert.equal(tableTopic({ ...names, route }, 'public', 'orders_2b'), 'inv.public.orders_2b');
    assert.equal(tableIdentifier({ ...names, route }, 'public', 'orders 2'), 'inv.public.orders 2');
    const emptied = routed({ 'topic.regex': '()inv.*', 'topic.replacement': '$1' }).options.route;
    assert.equal(tableTopic({ ...names, route: emptied }, 'public', 'a'), 'inv.public.a');
  });

  it('by expression are refused without expression or replacement, or with a group that is not there', () => {
    const settings = (more: Readonly<Record<string, string>>): string[] =>
      routed(more).problems.map(({ setting }) => setting);
    assert.deepEqual(settings({}), ['topic.regex', 'topic.replacement']);
    assert.deepEqual(settings({ 'topic.regex': '(', 'topic.replacement': 'x' }), ['topic.regex']);
    assert.deepEqual(settings({ 'topic.regex': '.*', 'topic.replacement': '$1' }), ['topic.replacement']);
    const table = { 'topic.regex': '.*', 'topic.replacement': 'all', 'topic.key.field.regex': '.*' };
    assert.deepEqual(settings(table), ['topic.key.field.replacement']);
    assert.deepEqual(settings({ ...table, 'topic.key.enforce.uniqueness': 'false' }), []);
  });
});
