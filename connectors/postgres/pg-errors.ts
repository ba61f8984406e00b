import pg from 'pg';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { TlsError } from './connection/secure-socket.ts';

/** What a failure means for the task: `transient`: open the connections again; `fatal`: the task fails with this code. */
export type Verdict = { readonly kind: 'transient' } | { readonly kind: 'fatal'; readonly code: ErrorCode };

const transient: Verdict = { kind: 'transient' };
const fatal = (code: ErrorCode): Verdict => ({ kind: 'fatal', code });

/** What the server's message begins with or contains, where the SQLSTATE alone does not tell (postgresql.org, errcodes). */
const byMessage: readonly { readonly pattern: RegExp; readonly verdict: Verdict }[] = [
  { pattern: /requested WAL segment .* has already been removed/, verdict: fatal('POSTGRES_POSITION_GONE') },
  { pattern: /can no longer (?:get changes from|access) replication slot/, verdict: fatal('POSTGRES_SLOT_LOST') },
  { pattern: /replication slot ".*" is active for PID/, verdict: fatal('POSTGRES_SLOT_IN_USE') },
  { pattern: /replication slot ".*" does not exist/, verdict: fatal('POSTGRES_SLOT_MISSING') },
  { pattern: /publication ".*" does not exist/, verdict: fatal('POSTGRES_PUBLICATION_MISSING') },
  { pattern: /all replication slots are in use/, verdict: fatal('POSTGRES_NO_CAPACITY') },
  { pattern: /number of requested standby connections exceeds/, verdict: fatal('POSTGRES_NO_CAPACITY') },
  { pattern: /logical decoding requires "?wal_level"? ?>= ?"?logical/, verdict: fatal('POSTGRES_WAL_LEVEL') },
  { pattern: /cannot use different column lists for table/, verdict: fatal('POSTGRES_PUBLICATION_UNUSABLE') },
  { pattern: /invalid memory alloc request size/, verdict: fatal('POSTGRES_ROW_TOO_LARGE') },
  {
    pattern: /incorrect prev-link|invalid record length|incorrect resource manager data checksum/,
    verdict: fatal('POSTGRES_LOG_BROKEN'),
  },
];

/** SQLSTATEs, and classes of them (two characters). */
const byState: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['08', transient],
  ['40', transient],
  ['57', transient], // shut down, crashed, starting up, cancelled
  ['53', transient], // disk full, out of memory, too many connections
  ['58', transient], // files and I/O
  ['XX', transient], // internal errors of the server: often gone with a new session
  ['28', fatal('POSTGRES_LOGIN_REJECTED')],
  ['3D000', fatal('POSTGRES_DATABASE_UNKNOWN')],
  ['42501', fatal('POSTGRES_PRIVILEGE_MISSING')],
  ['55P03', transient], // lock not available in time
  ['55006', fatal('POSTGRES_SLOT_IN_USE')],
]);

/** Codes of the operating system, and Node's about sockets and TLS; other codes of Node are about wrong arguments. */
const CONNECTION_CODE = /^(?:E(?!RR_)|ERR_(?:STREAM|SOCKET|SSL|TLS))/;

/** Judges anything that a connection to PostgreSQL may throw. */
export function judge(error: unknown): Verdict {
  if (error instanceof ConnectorError) return error.retry === 'automatic' ? transient : fatal(error.code);
  if (error instanceof pg.DatabaseError) return judgeServer(error);
  if (error instanceof TlsError) return fatal('POSTGRES_TLS');
  if (error instanceof RangeError) return fatal('POSTGRES_STREAM_BROKEN');
  if (!(error instanceof Error)) return fatal('INTERNAL');
  if (/SCRAM|SASL|password/i.test(error.message)) return fatal('POSTGRES_LOGIN_REJECTED');
  return isConnectionError(error) ? transient : fatal('INTERNAL');
}

function judgeServer(error: pg.DatabaseError): Verdict {
  const said = byMessage.find(({ pattern }) => pattern.test(error.message));
  if (said !== undefined) return said.verdict;
  const state = error.code ?? '';
  return byState.get(state) ?? byState.get(state.slice(0, 2)) ?? fatal('POSTGRES_QUERY_FAILED');
}

function isConnectionError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  if (!(error instanceof Error)) return false;
  return (
    CONNECTION_CODE.test(codeOf(error)) || /connection|closed|timeout|timed out|no answer|stream/i.test(error.message)
  );
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The error that a task fails with: what went wrong, said by whom, while doing what. */
export function asConnectorError(error: unknown, where: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const verdict = judge(error);
  const code = verdict.kind === 'fatal' ? verdict.code : 'POSTGRES_UNREACHABLE';
  return new ConnectorError(code, `${where}: ${errorText(error)}`, { cause: error });
}

/** The message with what the server adds to it. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ');
  if (!(error instanceof Error)) return String(error);
  const more = error instanceof pg.DatabaseError ? [error.detail, error.hint].filter((part) => part !== undefined) : [];
  return [error.message, ...more].join('. ');
}
