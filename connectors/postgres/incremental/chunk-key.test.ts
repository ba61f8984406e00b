import assert from 'node:assert/strict';
import type { TableSchema } from '../../table-schema.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { chunkKey, type ChunkKeySource } from './chunk-key.ts';

const table = (more: Partial<CatalogTable> = {}): CatalogTable => ({
  oid: 1,
  schema: 'public',
  table: 'item',
  kind: 'r',
  isPartition: false,
  identity: 'd',
  columns: [],
  primaryKey: ['id'],
  uniqueKeys: [],
  ...more,
});
const schema = (...names: string[]): TableSchema => ({
  database: 'd',
  schema: 'public',
  table: 'item',
  columns: names.map((name) => ({
    name,
    type: { kind: 'text' },
    sourceType: { name: 'text', length: null, scale: null },
    optional: false,
    defaultText: undefined,
  })),
  key: null,
});
const keyOf = (more: Partial<ChunkKeySource>): ReturnType<typeof chunkKey> =>
  chunkKey({ table: table(), schema: schema('id', 'code', 'v'), identityIndex: [], surrogateKey: null, ...more });

describe('the key by which a table is read in chunks', () => {
  it('is the primary key, or else a unique one', () => {
    assert.deepEqual(keyOf({}), { key: { identity: ['id'], order: ['id'] } });
    const unique = table({ primaryKey: [], uniqueKeys: [['code']] });
    assert.deepEqual(keyOf({ table: unique }), { key: { identity: ['code'], order: ['code'] } });
  });

  it('is that of the replica identity, which is all that deletions carry', () => {
    const answer = keyOf({ table: table({ identity: 'i', uniqueKeys: [['code']] }), identityIndex: ['code'] });
    assert.deepEqual(answer, { key: { identity: ['code'], order: ['code'] } });
  });

  it('may be ordered by another column that is unique', () => {
    const unique = table({ uniqueKeys: [['code']] });
    const answer = keyOf({ table: unique, surrogateKey: 'code' });
    assert.deepEqual(answer, { key: { identity: ['id'], order: ['code'] } });
    assert.match(
      'obstacle' in keyOf({ surrogateKey: 'v' }) ? JSON.stringify(keyOf({ surrogateKey: 'v' })) : '',
      /unique/,
    );
  });

  it('is refused where there is none, or its columns are not captured', () => {
    const none = keyOf({ table: table({ primaryKey: [] }) });
    assert.match('obstacle' in none ? none.obstacle : '', /public\.item has neither a primary key/);
    const hidden = keyOf({ schema: schema('v') });
    assert.match('obstacle' in hidden ? hidden.obstacle : '', /column id of public\.item .* not captured/);
  });
});
