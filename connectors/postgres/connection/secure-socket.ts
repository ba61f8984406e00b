import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

/** What a connection attempt does about TLS: `offer`: take it when the server has it, `insist`: go without never. */
export interface TlsAttempt {
  readonly use: 'never' | 'offer' | 'insist';
  readonly options: ConnectionOptions;
}

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly tcpKeepAlive: boolean;
}

/** TLS did not come about: the server has none, or one side does not accept the other. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
}

const CLOSED = 'the server closed the connection';
const KEEP_ALIVE_DELAY_MS = 30_000;
/** SSLRequest (PostgreSQL 18 manual, 54.7): Int32 length 8, Int32 code 80877103. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const ACCEPTED = 'S'.charCodeAt(0);

/**
 * A connected socket, secured as asked. Done here and not left to `pg`, because `pg` knows neither to fall back from TLS to
 * plain (sslmode prefer and allow) nor gives access to the secured socket. The signal counts until the socket is there; the caller then owns it.
 */
export async function openSocket(target: SocketTarget, tls: TlsAttempt, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const plain = connect({ host: target.host, port: target.port, noDelay: true });
  const abort = (): void => void plain.destroy(abortError(signal));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await event(plain, 'connect');
    if (target.tcpKeepAlive) plain.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    if (tls.use === 'never') return plain;
    plain.write(SSL_REQUEST);
    const answer = await oneByte(plain);
    if (answer === ACCEPTED) return await secure(plain, target.host, tls.options);
    if (tls.use === 'offer') return plain;
    throw new TlsError('the server does not offer TLS');
  } catch (error) {
    plain.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function secure(plain: Socket, host: string, options: ConnectionOptions): Promise<Socket> {
  const secured = connectTls({ ...options, socket: plain, host });
  plain.once('close', () => secured.destroy());
  plain.on('error', () => undefined); // the secured socket reports it
  try {
    await event(secured, 'secureConnect');
  } catch (cause) {
    throw new TlsError(cause instanceof Error ? cause.message : 'the TLS handshake failed', { cause });
  }
  return secured;
}

async function oneByte(socket: Socket): Promise<number | undefined> {
  await event(socket, 'readable');
  // Exactly one: bytes behind the answer would be plain text that somebody injected before the handshake (CVE-2021-23222).
  const answer: unknown = socket.read();
  // The end of the stream is readable too: a server that shuts down, or a proxy that cannot reach it.
  if (answer === null) throw new Error(CLOSED);
  if (!Buffer.isBuffer(answer) || answer.length !== 1)
    throw new Error('the server answered the request for TLS with something else');
  return answer[0];
}

/** Resolves at the event; rejects when the socket fails or ends before. */
function event(socket: Socket, name: 'connect' | 'secureConnect' | 'readable'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off(name, succeed).off('error', fail).off('close', close);
      if (error === undefined) resolve();
      else reject(error);
    };
    const succeed = (): void => settle();
    const fail = (error: Error): void => settle(error);
    const close = (): void => settle(new Error(CLOSED));
    socket.once(name, succeed).once('error', fail).once('close', close);
  });
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
