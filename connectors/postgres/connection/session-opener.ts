import pg from 'pg';
import type { SourceConfig } from '../source-config.ts';
import { asConnectorError, errorText } from '../pg-errors.ts';
import { sessionName } from './session-name.ts';
import { openSession, type Session, type SessionKind, type SessionTarget } from './session.ts';
import { tlsAttempts } from './tls-options.ts';

const CONNECT_TIMEOUT_MS = 20_000;
/** The server gives a session up that has been silent for this many status intervals; at least for five seconds. */
const SILENT_INTERVALS = 3;
const MIN_SENDER_TIMEOUT_MS = 5000;
const SILENT_SENDER_TIMEOUTS = 4;

/**
 * Text forms of values do not depend on what somebody has set for the role or database: both for rows of the stream, which the
 * walsender prints with its session's settings, and for rows of a snapshot.
 */
const TEXT_FORMS = {
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  timezone: 'UTC',
};
/** What servers before 14 (idle_session_timeout) and 12 (wal_sender_timeout) do not take from a client. */
const REFUSABLE = ['idle_session_timeout', 'wal_sender_timeout'];
const UNKNOWN_PARAMETER = '42704';
const NOT_CHANGEABLE = '55P02';
const NO_LIMITS = { statement_timeout: '0', idle_in_transaction_session_timeout: '0', idle_session_timeout: '0' };

/** Opens the sessions of one task or validation; closing them is the caller's part, but the signal ends them all. */
export class SessionOpener {
  readonly #config: SourceConfig;
  readonly #applicationName: string;
  readonly #signal: AbortSignal;
  /** Parameters that the server has refused. */
  readonly #refused = new Set<string>();

  constructor(config: SourceConfig, applicationName: string, signal: AbortSignal) {
    this.#config = config;
    this.#applicationName = sessionName(applicationName);
    this.#signal = signal;
  }

  /** application_name of the sessions, as the server shows it. */
  get applicationName(): string {
    return this.#applicationName;
  }

  /** After how long without a word from us the server ends a replication session. */
  get senderTimeoutMs(): number {
    return Math.max(MIN_SENDER_TIMEOUT_MS, SILENT_INTERVALS * this.#config.statusIntervalMs);
  }

  /**
   * After how long without a word from the server we take the session for dead, although each status message asks for an answer.
   * Generous, since a server may be busy with a transaction that it has nothing to say about.
   */
  get silenceLimitMs(): number {
    return SILENT_SENDER_TIMEOUTS * this.senderTimeoutMs;
  }

  /** A session for queries, `database.initial.statements` done. */
  async sql(parameters: Readonly<Record<string, string>> = {}): Promise<Session> {
    const session = await this.#open({
      replication: false,
      parameters: { ...TEXT_FORMS, ...NO_LIMITS, ...parameters },
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: this.#config.queryTimeoutMs,
    });
    for (const statement of initialStatements(this.#config.initialStatements)) {
      try {
        await session.query(statement);
      } catch (error) {
        await session.close();
        throw asConnectorError(error, `database.initial.statements failed at '${statement}'`);
      }
    }
    return session;
  }

  /** A session that understands replication commands and is ended by the server when it stays silent. */
  async replication(): Promise<Session> {
    return this.#open({
      replication: true,
      parameters: { ...TEXT_FORMS, ...NO_LIMITS, wal_sender_timeout: String(this.senderTimeoutMs) },
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      queryTimeoutMs: 0,
    });
  }

  /** Old servers refuse a session for a parameter that they do not know: it is asked for without. */
  async #open(kind: SessionKind): Promise<Session> {
    const target = await this.#target();
    for (;;) {
      const parameters = Object.entries(kind.parameters).filter(([name]) => !this.#refused.has(name));
      try {
        return await openSession(target, { ...kind, parameters: Object.fromEntries(parameters) }, this.#signal);
      } catch (error) {
        const refused = refusedParameter(error);
        if (refused === undefined || this.#refused.has(refused)) throw error;
        this.#refused.add(refused);
      }
    }
  }

  /** Where it connects to, for messages. */
  get where(): string {
    const { hostname, port, database, user } = this.#config;
    return `PostgreSQL ${hostname}:${port}, database '${database}', user '${user}'`;
  }

  /** The error of a failed attempt with where it went; never with the password. */
  failure(error: unknown): Error {
    const reason =
      this.#config.password === null && /SASL|password/i.test(errorText(error))
        ? ' (database.password is not set)'
        : '';
    return asConnectorError(error, `${this.where}${reason}`);
  }

  async #target(): Promise<SessionTarget> {
    const { hostname, port, user, password, database, tcpKeepAlive } = this.#config;
    return {
      host: hostname,
      port,
      tcpKeepAlive,
      user,
      password,
      database,
      tlsAttempts: await tlsAttempts(this.#config),
      applicationName: this.#applicationName,
    };
  }
}

/** The one for which a server ended a session that had just begun, if that can do without it. */
function refusedParameter(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError) || (error.code !== UNKNOWN_PARAMETER && error.code !== NOT_CHANGEABLE))
    return undefined;
  return REFUSABLE.find((name) => error.message.includes(`"${name}"`));
}

/** Splits at semicolons; two of them stand for one inside a statement. */
export function initialStatements(text: string | null): string[] {
  if (text === null) return [];
  return text
    .split(/(?<!;);(?!;)/)
    .map((statement) => statement.replaceAll(';;', ';').trim())
    .filter((statement) => statement !== '');
}
