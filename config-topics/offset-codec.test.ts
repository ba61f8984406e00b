import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import {
  decodeOffsetKey,
  decodeOffsetValue,
  encodeOffsetKey,
  encodeOffsetValue,
  keyBeginsWith,
  offsetKeyPrefix,
} from './offset-codec.ts';

const refused = (error: unknown): boolean => error instanceof ConnectorError && error.code === 'OFFSET_INVALID';

describe('offset records', () => {
  it('have the bytes that Connect writes', () => {
    assert.equal(encodeOffsetKey('inventory-pg', { server: 'inv' }).toString(), '["inventory-pg",{"server":"inv"}]');
    assert.equal(encodeOffsetValue({ lsn: 88413320, txId: 771 })?.toString(), '{"lsn":88413320,"txId":771}');
    assert.equal(encodeOffsetValue(null), null);
  });

  it('have keys that can be found by their first members, none by a part of one', () => {
    const prefix = offsetKeyPrefix('c', { server: 'a' });
    for (const [partition, begins] of [
      [{ server: 'a' }, true],
      [{ server: 'a', table: 't' }, true],
      [{ server: 'ab' }, false],
      [{ table: 't', server: 'a' }, false],
    ] as const)
      assert.equal(
        keyBeginsWith(encodeOffsetKey('c', partition).toString(), prefix),
        begins,
        JSON.stringify(partition),
      );
    const next = offsetKeyPrefix('c', { server: 'a' }, 'run');
    for (const [partition, begins] of [
      [{ server: 'a', run: 'x', table: 't' }, true],
      [{ server: 'a' }, false],
      [{ server: 'a', running: 'x' }, false],
      [{ server: 'a', table: 't', run: 'x' }, false],
    ] as const)
      assert.equal(keyBeginsWith(encodeOffsetKey('c', partition).toString(), next), begins, JSON.stringify(partition));
    assert.equal(keyBeginsWith(encodeOffsetKey('c', { n: 12 }).toString(), offsetKeyPrefix('c', { n: 1 })), false);
  });

  it('come back digit for digit with LSNs beyond 2^53', () => {
    const text =
      '{"lsn_proc":18446744073709551,"lsn":9223372036854775807,"txId":771,"snapshot":false,"x":null,"r":0.25}';
    const offset = decodeOffsetValue(Buffer.from(text));
    assert.equal(offset['lsn'], 9223372036854775807n);
    assert.equal(offset['txId'], 771);
    assert.equal(encodeOffsetValue(offset)?.toString(), text);
  });

  it('have keys with the member order of their writer, and raw UTF-8', () => {
    const text = '["größe",{"server":"inv","database":"b\\"x","n":9007199254740993}]';
    const key = decodeOffsetKey(Buffer.from(text));
    assert.ok(key);
    assert.equal(key.connector, 'größe');
    assert.equal(encodeOffsetKey(key.connector, key.partition).toString(), text);
  });

  it('with nested values are refused on both sides, by name', () => {
    const nested: object = { ok: 1, list: [1] };
    assert.throws(() => encodeOffsetValue(nested as Record<string, string>), refused);
    assert.throws(() => encodeOffsetKey('c', nested as Record<string, string>), /partition of connector c.*list/);
    assert.throws(() => decodeOffsetValue(Buffer.from('{"a":{"b":1}}')), /members a are nested/);
    assert.equal(decodeOffsetKey(Buffer.from('["c",{"a":[]}]')), undefined);
  });

  it('with other shapes are no keys and no values', () => {
    for (const text of ['', 'x', 'null', '{}', '["c"]', '["c",null]', '[1,{}]', '["c",{},1]', '["c",[]]'])
      assert.equal(decodeOffsetKey(Buffer.from(text)), undefined, text);
    assert.equal(decodeOffsetKey(Buffer.from([0x5b, 0xff])), undefined);
    for (const text of ['', 'null', '[]', '7'])
      assert.throws(() => decodeOffsetValue(Buffer.from(text)), refused, text);
    assert.throws(() => encodeOffsetValue({ ratio: Number.NaN }), refused);
  });
});
