import assert from 'node:assert/strict';
import type { PgType } from './pg-type.ts';
import { mapType } from './type-map.ts';

function type(oid: number, name: string, more: Partial<PgType> = {}): PgType {
  return { oid, name, schema: 'public', kind: 'b', element: 0, base: 0, baseTypmod: -1, labels: [], ...more };
}

const types = new Map(
  [
    type(1700, 'numeric'),
    type(1043, 'varchar'),
    type(1231, '_numeric', { element: 1700 }),
    type(16400, 'hstore'),
    type(16401, 'citext'),
    type(16402, 'ltree'),
    type(16403, '_ltree', { element: 16402 }),
    type(16404, 'geometry'),
    type(16405, 'geography'),
    type(16406, 'vector'),
    type(16407, 'halfvec'),
    type(16408, 'sparsevec'),
    type(16409, 'isbn'),
    type(16410, 'money_domain', { kind: 'd', base: 1700, baseTypmod: ((10 << 16) | 2) + 4 }),
    type(16411, 'outer_domain', { kind: 'd', base: 16410 }),
    type(16412, '_outer_domain', { element: 16411 }),
    type(16413, 'vector', { kind: 'c' }),
    type(16414, 'odd'),
    type(16415, '_odd', { element: 16414 }),
    type(16416, 'cube_range', { kind: 'r' }),
  ].map((one) => [one.oid, one]),
);

const kind = (oid: number, typmod = -1): unknown => mapType(oid, typmod, types).type;

describe('mapping types of PostgreSQL', () => {
  it('knows types of extensions by name, whatever their oid', () => {
    assert.deepEqual(kind(16400), { kind: 'hstore' });
    assert.deepEqual(kind(16401), { kind: 'text' });
    assert.deepEqual(kind(16402), { kind: 'ltree' });
    assert.deepEqual(kind(16403), { kind: 'array', element: { kind: 'ltree' } });
    assert.deepEqual(kind(16404), { kind: 'geometry' });
    assert.deepEqual(kind(16405), { kind: 'geography' });
    assert.deepEqual(kind(16406), { kind: 'vector', element: 'float64' });
    assert.deepEqual(kind(16407), { kind: 'vector', element: 'float32' });
    assert.deepEqual(kind(16408), { kind: 'sparsevec' });
    assert.deepEqual(kind(16409), { kind: 'text' });
    assert.deepEqual(kind(16416), { kind: 'text' });
  });

  it('takes no composite or unknown type for one of them', () => {
    assert.deepEqual(kind(16413), { kind: 'unknown' });
    assert.deepEqual(kind(16415), { kind: 'unknown' });
    assert.deepEqual(mapType(99, -1, types), {
      type: { kind: 'unknown' },
      sourceType: { name: 'oid 99', length: null, scale: null },
    });
  });

  it('goes through domains to the outermost typmod that is set', () => {
    const expected = { kind: 'decimal', precision: 10, scale: 2 };
    assert.deepEqual(kind(16410), expected);
    assert.deepEqual(kind(16411), expected);
    assert.deepEqual(kind(16412), { kind: 'array', element: expected });
    assert.deepEqual(mapType(16411, -1, types).sourceType, {
      name: 'outer_domain',
      length: 10,
      scale: 2,
      base: 'numeric',
    });
  });

  it('reads lengths, precisions and negative scales out of typmods', () => {
    assert.deepEqual(mapType(1043, 24, types).sourceType, { name: 'varchar', length: 20, scale: null });
    assert.deepEqual(kind(1700, ((5 << 16) | (-2 & 0x7ff)) + 4), { kind: 'decimal', precision: 5, scale: -2 });
    assert.deepEqual(kind(1700), { kind: 'decimal', precision: null, scale: null });
    assert.deepEqual(mapType(1231, ((5 << 16) | 2) + 4, types).sourceType, { name: '_numeric', length: 5, scale: 2 });
  });
});
