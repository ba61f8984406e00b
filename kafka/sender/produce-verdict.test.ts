import assert from 'node:assert/strict';
import { produceVerdict } from './produce-verdict.ts';

describe('produce verdict', () => {
  const cases: readonly [string, number, ReturnType<typeof produceVerdict>][] = [
    ['NONE', 0, 'done'],
    ['DUPLICATE_SEQUENCE_NUMBER: an earlier attempt arrived', 46, 'done'],
    ['NOT_LEADER_OR_FOLLOWER', 6, 'elsewhere'],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 20, 'again'],
    ['MESSAGE_TOO_LARGE', 10, 'split'],
    ['INVALID_PRODUCER_EPOCH', 47, { fatal: 'FENCED' }],
    ['PRODUCER_FENCED', 90, { fatal: 'FENCED' }],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 45, { fatal: 'PRODUCER_STATE_LOST' }],
    ['UNKNOWN_PRODUCER_ID', 59, { fatal: 'PRODUCER_STATE_LOST' }],
    ['TRANSACTION_ABORTABLE', 120, { fatal: 'TRANSACTION_LOST' }],
    ['TOPIC_AUTHORIZATION_FAILED', 29, { fatal: 'KAFKA_AUTHORIZATION' }],
    ['INVALID_RECORD', 87, { fatal: 'RECORD_REFUSED' }],
    ['a code of the future', 9999, { fatal: 'RECORD_REFUSED' }],
  ];
  for (const [name, code, verdict] of cases) {
    it(`of ${name} is ${JSON.stringify(verdict)}`, () => assert.deepEqual(produceVerdict(code), verdict));
  }
});
