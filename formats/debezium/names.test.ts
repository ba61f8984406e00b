import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { adjustedFieldName, adjustedSchemaName } from './name-adjustment.ts';
import { heartbeatTopic, sanitizedTopic, tableTopic } from './topic-naming.ts';

describe('Topics', () => {
  const names = { prefix: 'inv', delimiter: '.', transaction: 'transaction', heartbeatPrefix: '__debezium-heartbeat' };

  it('are named by prefix, schema and table', () => {
    assert.equal(tableTopic(names, 'public', 'orders'), 'inv.public.orders');
    assert.equal(tableTopic({ ...names, delimiter: '_' }, 'public', 'orders'), 'inv_public_orders');
    assert.equal(tableTopic(names, null, 'orders'), 'inv.orders');
    assert.equal(heartbeatTopic(names), '__debezium-heartbeat.inv');
  });

  it('have an underscore for each UTF-16 unit that Kafka does not take, and no more than 249 characters', () => {
    assert.equal(tableTopic(names, 'z', 'We ird-Näme'), 'inv.z.We_ird-N_me');
    assert.equal(sanitizedTopic('😀'), '__');
    assert.equal(sanitizedTopic('x'.repeat(300)).length, 249);
    assert.equal(sanitizedTopic('..'), '__');
  });
});

describe('Names for Avro', () => {
  it('have underscores in mode avro', () => {
    assert.deepEqual(
      ['col umn', 'Größe', '1st', 'a-b.c', 'A', 'q"uote', '$x', 'é', '_ok'].map((name) =>
        adjustedFieldName(name, 'avro'),
      ),
      ['col_umn', 'Gr__e', '_1st', 'a_b_c', 'A', 'q_uote', '_x', '_', '_ok'],
    );
    assert.equal(adjustedSchemaName('PFX.z.We_ird-N_me.Value', 'avro'), 'PFX.z.We_ird_N_me.Value');
  });

  it('have codes in mode avro_unicode, for the underscore too', () => {
    assert.deepEqual(
      ['col umn', 'Größe', '1st', 'a-b.c', '$x', 'é', '_ok', '9lives', 'œ'].map((name) =>
        adjustedFieldName(name, 'avro_unicode'),
      ),
      [
        ...['col_u0020umn', 'Gr_u00f6_u00dfe', '_u0031st', 'a_u002db_u002ec', '_u0024x', '_u00e9', '_u005fok'],
        ...['_u0039lives', '_u153'],
      ],
    );
    assert.equal(adjustedSchemaName('PFX.z.We_ird-N_me.Key', 'avro_unicode'), 'PFX.z.We_u005fird_u002dN_u005fme.Key');
  });

  it('stay as they are in mode none', () => {
    assert.equal(adjustedFieldName('a-b.c', 'none'), 'a-b.c');
  });
});
