import assert from 'node:assert/strict';
import { bootstrapAddresses } from './bootstrap-addresses.ts';

describe('bootstrap.servers', () => {
  it('takes names, addresses, IPv6 in brackets and a protocol', () => {
    assert.deepEqual(bootstrapAddresses('kafka-1:9092, 10.0.0.7:9093,[::1]:9094,SASL_SSL://b.example.com:9095,'), [
      { host: 'kafka-1', port: 9092 },
      { host: '10.0.0.7', port: 9093 },
      { host: '::1', port: 9094 },
      { host: 'b.example.com', port: 9095 },
    ]);
  });

  for (const list of ['kafka', 'kafka:', 'kafka:0', 'kafka:65536', ':9092', '::1:9092', 'a b:9092', ',', ''])
    it(`refuses '${list}'`, () => assert.throws(() => bootstrapAddresses(list), { code: 'CONFIG_INVALID' }));
});
