import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { adjustedFieldName, adjustedSchemaName } from './name-adjustment.ts';

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
