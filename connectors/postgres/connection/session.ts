import type { Socket } from 'node:net';
import pg from 'pg';
import { openSocket, TlsError, type SocketTarget, type TlsAttempt } from './secure-socket.ts';

/** Everything that opening a session needs. Text of errors made from it never shows the password. */
export interface SessionTarget extends SocketTarget {
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  /** What to try in this order; the next one only when the server rejects the user or the TLS handshake fails. */
  readonly tlsAttempts: readonly TlsAttempt[];
  readonly applicationName: string;
}

export interface SessionKind {
  /** True for a connection that understands replication commands. */
  readonly replication: boolean;
  /** Settings of the session, as `-c name=value` in the start-up packet. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Longest time for connecting and logging in. */
  readonly connectTimeoutMs: number;
  /** Longest time for one query; 0: no limit. */
  readonly queryTimeoutMs: number;
}

type ClientConfig = pg.ClientConfig & { readonly replication?: 'database' };

const END_PATIENCE_MS = 1000;

/**
 * One logged-in connection to PostgreSQL: queries through `pg`, or, after `takeOver`, its raw socket. It has one owner, who
 * closes it; the signal given when it was opened destroys it, and whatever runs on it then fails.
 */
export class Session {
  readonly #client: pg.Client;
  readonly socket: Socket;
  readonly #failed = Promise.withResolvers<never>();
  #pgListeners: ((chunk: Buffer) => void)[] | undefined;

  constructor(client: pg.Client, socket: Socket) {
    this.#client = client;
    this.socket = socket;
    // Observed by whoever waits for it; a session that nobody waits for fails its next query instead.
    this.#failed.promise.catch(() => undefined);
    client.on('error', (error: Error) => this.#failed.reject(error));
    client.on('end', () => this.#failed.reject(new Error('the connection has ended')));
  }

  async logIn(): Promise<void> {
    await Promise.race([this.#client.connect(), this.#failed.promise]);
  }

  /** Rejects when the connection is lost or closed. */
  get ended(): Promise<never> {
    return this.#failed.promise;
  }

  async query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    const result = await this.#client.query<Record<string, unknown>>(
      values === undefined ? { text } : { text, values: [...values] },
    );
    return result.rows;
  }

  /** Names of the columns that a query gives. */
  async columns(text: string): Promise<string[]> {
    const result = await this.#client.query({ text });
    return result.fields.map(({ name }) => name);
  }

  /**
   * Gives the socket's bytes to the listener instead of `pg`, which must not be waiting for an answer. The returned function
   * hands the socket back; allowed only when the server is ready for a query again.
   */
  takeOver(listener: (chunk: Buffer) => void): () => void {
    this.#pgListeners ??= this.socket
      .listeners('data')
      .map((listener) => (chunk: Buffer) => void Reflect.apply(listener, this.socket, [chunk]));
    const kept = this.#pgListeners;
    this.socket.removeAllListeners('data');
    this.socket.on('data', listener);
    return () => {
      this.socket.off('data', listener);
      for (const own of kept) this.socket.on('data', own);
      this.socket.resume();
    };
  }

  /** Ends the session; a server that does not take part has a second. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.socket.destroy(), END_PATIENCE_MS);
    try {
      this.socket.resume();
      await this.#client.end();
    } catch {
      // it was broken already, which is as good as ended
    } finally {
      clearTimeout(timer);
      this.socket.destroy();
    }
  }
}

/** Opens a session; rejects with the error of the last attempt, as `pg` or the socket gave it. */
export async function openSession(target: SessionTarget, kind: SessionKind, signal: AbortSignal): Promise<Session> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(kind.connectTimeoutMs)]);
  let failure: unknown;
  for (const attempt of target.tlsAttempts) {
    try {
      return await logIn(target, kind, attempt, signal, deadline);
    } catch (error) {
      if (deadline.aborted || !mayTryNext(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function logIn(
  target: SessionTarget,
  kind: SessionKind,
  attempt: TlsAttempt,
  signal: AbortSignal,
  deadline: AbortSignal,
): Promise<Session> {
  const socket = await openSocket(target, attempt, deadline);
  const abort = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', abort));
  const session = new Session(new pg.Client(clientConfig(target, kind, socket)), socket);
  const late = (): void => void socket.destroy(new Error(`no answer to the login within ${kind.connectTimeoutMs} ms`));
  deadline.addEventListener('abort', late, { once: true });
  try {
    await session.logIn();
    return session;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    deadline.removeEventListener('abort', late);
  }
}

function clientConfig(target: SessionTarget, kind: SessionKind, socket: Socket): ClientConfig {
  // `pg` connects the stream it is given; this one is connected (and secured) already and only has to say so.
  const connected = Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
  return {
    stream: () => connected,
    ssl: false,
    host: target.host,
    port: target.port,
    user: target.user,
    // A function, since with no password at all `pg` would look for a password file of the worker's own user.
    password: () => target.password ?? '',
    database: target.database,
    application_name: target.applicationName,
    options: Object.entries(kind.parameters)
      .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, '\\$&')}`)
      .join(' '),
    query_timeout: kind.queryTimeoutMs,
    ...(kind.replication ? { replication: 'database' } : {}),
  };
}

/** As libpq does: another kind of connection is tried when the server rejects the user over this one, or TLS fails. */
function mayTryNext(error: unknown): boolean {
  return error instanceof TlsError || (error instanceof pg.DatabaseError && error.code?.startsWith('28') === true);
}
