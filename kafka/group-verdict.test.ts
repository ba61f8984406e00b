import { MultipleErrors, NetworkError, ProtocolError } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { groupVerdict } from './group-verdict.ts';

describe('failures of group requests', () => {
  const verdict = (id: string) => groupVerdict(new MultipleErrors('x', [new ProtocolError(id)]), 'g', 500);

  const simple = {
    MEMBER_ID_REQUIRED: 'member id',
    REBALANCE_IN_PROGRESS: 'rebalance',
    UNKNOWN_MEMBER_ID: 'unknown member',
    ILLEGAL_GENERATION: 'old generation',
    INCONSISTENT_GROUP_PROTOCOL: 'other protocol',
    NOT_COORDINATOR: 'coordinator',
    COORDINATOR_LOAD_IN_PROGRESS: 'coordinator',
  };
  for (const [id, expected] of Object.entries(simple))
    it(`${id}: ${expected}`, () => assert.equal(verdict(id), expected));

  it('a broken connection says nothing about the membership', () => {
    assert.equal(groupVerdict(new NetworkError('Connection closed'), 'g', 500), 'retry');
  });

  it('a session timeout that the broker does not allow is a fault of the configuration', () => {
    const error = verdict('INVALID_SESSION_TIMEOUT');
    assert.ok(error instanceof ConnectorError && error.code === 'CONFIG_INVALID');
    assert.match(error.message, /session.timeout.ms 500/);
  });

  it('a missing right is final', () => {
    const error = verdict('GROUP_AUTHORIZATION_FAILED');
    assert.ok(error instanceof ConnectorError && error.code === 'KAFKA_AUTHORIZATION');
  });
});
