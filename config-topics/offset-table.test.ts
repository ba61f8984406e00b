import assert from 'node:assert/strict';
import { encodeOffsetKey } from './offset-codec.ts';
import { OffsetTable } from './offset-table.ts';

describe('the table of offsets', () => {
  it('answers by the bytes of the key with the text of the newest value', () => {
    const table = new OffsetTable();
    const key = encodeOffsetKey('c', { server: 'inv' });
    table.apply(key, Buffer.from('{"lsn":1}'));
    table.apply(key, Buffer.from('{"lsn":9223372036854775807, "x":1.0}'));
    assert.equal(table.get('["c",{"server":"inv"}]'), '{"lsn":9223372036854775807, "x":1.0}');
    assert.equal(table.get('["c", {"server":"inv"}]'), undefined);
  });

  it('lists the partitions of one connector and forgets deleted ones', () => {
    const table = new OffsetTable();
    table.apply(encodeOffsetKey('c', { server: 'a' }), Buffer.from('{}'));
    table.apply(encodeOffsetKey('c', { server: 'b' }), Buffer.from('{}'));
    table.apply(encodeOffsetKey('d', { server: 'a' }), Buffer.from('{}'));
    table.apply(encodeOffsetKey('c', { server: 'a' }), null);
    assert.deepEqual(table.all('c'), [{ partition: { server: 'b' }, value: '{}' }]);
    table.apply(encodeOffsetKey('c', { server: 'b' }), null);
    assert.deepEqual(table.all('c'), []);
    assert.equal(table.apply(Buffer.from('[]'), null), false);
  });
});
