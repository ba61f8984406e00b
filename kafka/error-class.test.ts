import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError, TimeoutError } from '@platformatic/kafka';
import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { classify, isWorthRetrying, kafkaErrorCodes, kafkaErrorText } from './error-class.ts';

describe('classes of Kafka failures', () => {
  const refused = new ProtocolError('SASL_AUTHENTICATION_FAILED', 'Authentication failed: bad user');
  // The shape in which a wrong password arrives: retriable wrappers outside, the truth in a cause two levels down.
  const wrongPassword = new MultipleErrors('cannot connect', [
    new MultipleErrors('no broker', [
      new NetworkError('Connection failed', {
        cause: new AuthenticationError('SASL authentication failed.', {
          cause: new MultipleErrors('answer', [refused]),
        }),
      }),
    ]),
  ]);

  it('finds an authentication failure below retriable wrappers', () => {
    assert.deepEqual(kafkaErrorCodes(wrongPassword), [58]);
    assert.equal(classify(wrongPassword), 'authentication');
    assert.equal(isWorthRetrying(wrongPassword), false);
    assert.equal(kafkaErrorText(wrongPassword), 'SASL_AUTHENTICATION_FAILED: Authentication failed: bad user');
  });

  it('takes a connection that broke while authenticating for a network failure', () => {
    const broken = new AuthenticationError('SASL authentication failed.', {
      cause: new NetworkError('Connection closed'),
    });
    assert.equal(classify(new NetworkError('Connection failed', { cause: broken })), 'network');
    const forged = new AuthenticationError('Invalid server signature.');
    assert.equal(classify(new NetworkError('Connection failed', { cause: forged })), 'authentication');
  });

  const tls = Object.assign(new Error('unable to get local issuer certificate'), {
    code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  });
  it('takes a refused certificate for a refusal, not for a network failure', () => {
    const error = new NetworkError('Connection to a:1 failed.', { cause: tls });
    assert.equal(classify(error), 'authentication');
    assert.equal(kafkaErrorText(error), 'the TLS handshake failed: unable to get local issuer certificate');
  });

  const classes = {
    INVALID_PRODUCER_EPOCH: 'fenced',
    PRODUCER_FENCED: 'fenced',
    NOT_LEADER_OR_FOLLOWER: 'not-leader',
    FENCED_LEADER_EPOCH: 'not-leader',
    NOT_COORDINATOR: 'coordinator',
    COORDINATOR_LOAD_IN_PROGRESS: 'coordinator',
    OUT_OF_ORDER_SEQUENCE_NUMBER: 'sequence',
    MESSAGE_TOO_LARGE: 'too-large',
    UNKNOWN_TOPIC_OR_PARTITION: 'unknown-topic',
    UNKNOWN_TOPIC_ID: 'unknown-topic',
    TOPIC_AUTHORIZATION_FAILED: 'authorization',
    CONCURRENT_TRANSACTIONS: 'retriable',
    NOT_ENOUGH_REPLICAS: 'retriable',
    REQUEST_TIMED_OUT: 'timeout',
    INVALID_REPLICATION_FACTOR: 'fatal',
    INVALID_TXN_STATE: 'fatal',
  } as const;
  for (const [id, expected] of Object.entries(classes))
    it(`${id} is ${expected}`, () =>
      assert.equal(classify(new MultipleErrors('x', [new ProtocolError(id)])), expected));

  it('the strongest code of an answer with several decides', () => {
    const codes = ['NOT_LEADER_OR_FOLLOWER', 'PRODUCER_FENCED', 'NOT_ENOUGH_REPLICAS'].map(
      (id) => new ProtocolError(id),
    );
    assert.equal(classify(new MultipleErrors('x', codes)), 'fenced');
  });

  it('tells timeouts, sockets and closed connections', () => {
    assert.equal(classify(new TimeoutError('Request timed out')), 'timeout');
    assert.equal(classify(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), 'timeout');
    assert.equal(classify(new NetworkError('Connection closed')), 'network');
    assert.equal(classify(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })), 'network');
    assert.equal(classify(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })), 'network');
  });

  it('says what was refused, not that something failed', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:9092'), { code: 'ECONNREFUSED' });
    assert.equal(
      kafkaErrorText(new NetworkError('Connection failed', { cause })),
      'connect ECONNREFUSED 10.0.0.7:9092',
    );
  });

  it('anything else, and an error that already has its code, is fatal', () => {
    assert.equal(classify(new Error('a bug')), 'fatal');
    assert.equal(classify('text'), 'fatal');
    assert.equal(classify(new ConnectorError('CONFIG_INVALID', 'bad')), 'fatal');
  });

  it('survives a circle of causes', () => {
    const error: Error & { cause?: unknown } = new Error('a');
    error.cause = new Error('b', { cause: error });
    assert.equal(classify(error), 'fatal');
  });
});
