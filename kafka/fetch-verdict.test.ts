import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { fetchVerdict } from './fetch-verdict.ts';

describe('error codes of a fetched partition', () => {
  function verdict(errorCode: number) {
    const fetched = {
      partitionIndex: 2,
      errorCode,
      highWatermark: -1n,
      lastStableOffset: -1n,
      batches: [],
      aborted: [],
    };
    return fetchVerdict(fetched, { topic: 't', from: 7n });
  }

  it('no code is good', () => assert.equal(verdict(0), 'good'));

  for (const [code, name] of [
    [3, 'unknown topic'],
    [6, 'not the leader'],
    [74, 'an old epoch'],
    [100, 'unknown id'],
    [-1, 'an unexpected error'],
  ] as const)
    it(`${name} has the reader look again`, () => assert.equal(verdict(code), 'look again'));

  it('an offset that is gone ends the reading and is named', () => {
    const error = verdict(1);
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'KAFKA_LOG_CHANGED');
    assert.match(error.message, /t-2 has no offset 7/);
  });

  it('a missing right ends the reading', () => {
    const error = verdict(29);
    assert.ok(error instanceof ConnectorError && error.code === 'KAFKA_AUTHORIZATION');
  });
});
