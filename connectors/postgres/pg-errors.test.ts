import assert from 'node:assert/strict';
import pg from 'pg';
import { ConnectorError } from '../../errors/connector-error.ts';
import { TlsError } from './connection/secure-socket.ts';
import { asConnectorError, errorText, judge } from './pg-errors.ts';

function server(message: string, code: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error');
  error.code = code;
  return error;
}

const verdict = (error: unknown): string => {
  const judged = judge(error);
  return judged.kind === 'fatal' ? judged.code : 'transient';
};

const socket = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('judging errors of PostgreSQL', () => {
  it('connects again after everything that passes by itself', () => {
    const passing = [
      server('terminating connection due to administrator command', '57P01'),
      server('the database system is starting up', '57P03'),
      server('terminating walsender process due to replication timeout', '08006'),
      server('could not extend file: No space left on device', '53100'),
      server('canceling statement due to conflict with recovery', '40001'),
      server('canceling statement due to lock timeout', '55P03'),
      server('could not map filenode "base/1/2" to relation OID', 'XX000'),
      socket('ECONNRESET', 'read ECONNRESET'),
      socket('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
      new AggregateError([socket('ECONNREFUSED', 'connect ECONNREFUSED ::1:1')], ''),
      new Error('Connection terminated unexpectedly'),
      new Error('the server ended the stream'),
      AbortSignal.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')).reason as unknown,
    ];
    for (const error of passing) assert.equal(verdict(error), 'transient', errorText(error));
  });

  it('fails at everything that needs somebody’s help', () => {
    const failing: [unknown, string][] = [
      [
        server('requested WAL segment 000000010000000000000001 has already been removed', '58P01'),
        'POSTGRES_POSITION_GONE',
      ],
      [server('can no longer get changes from replication slot "s"', '55000'), 'POSTGRES_SLOT_LOST'],
      [server('can no longer access replication slot "s"', '55000'), 'POSTGRES_SLOT_LOST'],
      [server('replication slot "s" is active for PID 7', '55006'), 'POSTGRES_SLOT_IN_USE'],
      [server('replication slot "s" does not exist', '42704'), 'POSTGRES_SLOT_MISSING'],
      [server('publication "p" does not exist', '42704'), 'POSTGRES_PUBLICATION_MISSING'],
      [server('all replication slots are in use', '53400'), 'POSTGRES_NO_CAPACITY'],
      [server('logical decoding requires wal_level >= logical', '55000'), 'POSTGRES_WAL_LEVEL'],
      [server('logical decoding requires "wal_level" >= "logical"', '55000'), 'POSTGRES_WAL_LEVEL'],
      [server('password authentication failed for user "u"', '28P01'), 'POSTGRES_LOGIN_REJECTED'],
      [server('no pg_hba.conf entry for replication connection', '28000'), 'POSTGRES_LOGIN_REJECTED'],
      [server('database "d" does not exist', '3D000'), 'POSTGRES_DATABASE_UNKNOWN'],
      [server('must be superuser or replication role', '42501'), 'POSTGRES_PRIVILEGE_MISSING'],
      [server('invalid memory alloc request size 1073741824', 'XX000'), 'POSTGRES_ROW_TOO_LARGE'],
      [server('syntax error', '42601'), 'POSTGRES_QUERY_FAILED'],
      [new TlsError('self-signed certificate'), 'POSTGRES_TLS'],
      [
        new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string'),
        'POSTGRES_LOGIN_REJECTED',
      ],
      [new RangeError('a message of 1 bytes: the stream is broken'), 'POSTGRES_STREAM_BROKEN'],
      [new TypeError('x is not a function'), 'INTERNAL'],
      ['text', 'INTERNAL'],
    ];
    for (const [error, code] of failing) assert.equal(verdict(error), code, errorText(error));
  });

  it('keeps a ConnectorError’s own judgement', () => {
    assert.equal(verdict(new ConnectorError('POSTGRES_SLOT_AHEAD', 'x')), 'POSTGRES_SLOT_AHEAD');
    assert.equal(verdict(new ConnectorError('POSTGRES_UNREACHABLE', 'x')), 'transient');
  });

  it('says where, what, and what the server adds to it', () => {
    const error = server('permission denied for table t', '42501');
    error.hint = 'Ask the owner';
    const wrapped = asConnectorError(error, 'PostgreSQL h:1');
    assert.equal(wrapped.message, 'PostgreSQL h:1: permission denied for table t. Ask the owner');
    assert.equal(wrapped.cause, error);
    assert.equal(asConnectorError(wrapped, 'elsewhere'), wrapped);
  });
});
