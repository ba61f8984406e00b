import { NetworkError, ResponseError, TimeoutError } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { ConnectorError } from '../../errors/connector-error.ts';
import { transactionFailure, type TransactionFailure } from './transaction-failure.ts';

const END_TXN = 26;

function answered(...codes: number[]): ResponseError {
  const errors = Object.fromEntries(codes.map((code, i) => [`/${i}`, [code, null] as [number, null]]));
  return new ResponseError(END_TXN, 4, errors, {});
}

function outcome(error: unknown): string {
  const failure: TransactionFailure = transactionFailure(error, 'commit');
  return failure instanceof ConnectorError ? failure.code : failure;
}

describe('failure of a transaction call', () => {
  const cases: readonly [string, unknown, string][] = [
    ['CONCURRENT_TRANSACTIONS is tried again soon', answered(51), 'soon'],
    ['NOT_COORDINATOR is asked of another broker', answered(16), 'elsewhere'],
    ['COORDINATOR_LOAD_IN_PROGRESS is asked again', answered(14), 'elsewhere'],
    ['a partition that is not known yet is asked again', answered(55, 3, 55), 'again'],
    ['a cut connection leaves the outcome unknown', new NetworkError('Connection closed'), 'unknown'],
    ['a time-out leaves the outcome unknown', new TimeoutError('Request timed out'), 'unknown'],
    ['INVALID_PRODUCER_EPOCH is fencing', answered(47), 'FENCED'],
    ['PRODUCER_FENCED is fencing', answered(90), 'FENCED'],
    ['INVALID_TXN_STATE ends the transaction', answered(48), 'TRANSACTION_LOST'],
    ['INVALID_PRODUCER_ID_MAPPING ends the transaction', answered(49), 'TRANSACTION_LOST'],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED needs help', answered(53), 'KAFKA_AUTHORIZATION'],
    ['a forbidden topic wins over the partitions beside it', answered(55, 29), 'KAFKA_AUTHORIZATION'],
    ['INVALID_TRANSACTION_TIMEOUT is a wrong setting', answered(50), 'CONFIG_INVALID'],
  ];
  for (const [name, error, expected] of cases) it(name, () => assert.equal(outcome(error), expected));
});
