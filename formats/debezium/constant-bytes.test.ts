import assert from 'node:assert/strict';
import { constantBytes } from './constant-bytes.ts';

describe('bytes that encoders have in common', () => {
  it('are one object for each text, up to a number of texts', () => {
    assert.equal(constantBytes('"name":').toString(), '"name":');
    assert.equal(constantBytes('"name":'), constantBytes('"name":'));
    const long = 'é'.repeat(1000);
    assert.equal(constantBytes(long).toString(), long);
    for (let n = 0; n < 20_000; n += 1) assert.equal(constantBytes(`"c${n}":`).toString(), `"c${n}":`);
    assert.notEqual(constantBytes('"c19999":'), constantBytes('"c19999":'));
    assert.equal(constantBytes('"name":'), constantBytes('"name":'));
  });
});
