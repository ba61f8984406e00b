import type { Session } from '../connection/session.ts';
import { formatLsn, lsnOf, type Lsn } from '../lsn.ts';
import { uint32 } from './big-endian.ts';
import { MessageCutter, type ServerMessage } from './message-cutter.ts';
import { serverError } from './server-error.ts';

/** One message of the output plug-in: `bytes[start…end)`, at the LSN of two unsigned halves. */
export interface PluginMessage {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly high: number;
  readonly low: number;
}

/** What comes over a replication stream, in order. All calls are synchronous, out of the socket's events. */
export interface StreamHandler {
  /** The bytes stay as they are for as long as somebody refers to them. False: nothing more until `resume`. */
  message(message: PluginMessage): boolean;
  /** Where the server stands: everything that committed before `walEnd` has been sent. */
  keepalive(walEnd: Lsn, replyRequested: boolean): void;
  /** Everything that one read from the socket (`bytes`) completed was handed over. */
  chunkEnd(bytes: number): void;
}

export interface StandbyStatus {
  readonly received: Lsn;
  /** End of what Kafka holds together with its offsets. The server may forget everything before it. */
  readonly flushed: Lsn;
  readonly replyRequested: boolean;
}

/** What its reader can hold up. */
export interface StreamFlow {
  /** No socket reads until `resume`; the server then waits. Status messages go on. */
  pause(): void;
  /** Goes on after `pause` or after a message that was answered with false. */
  resume(): void;
}

/** A running START_REPLICATION. Whatever carries the bytes, this is all that the rest of the connector knows of it. */
export interface ReplicationStream extends StreamFlow {
  /** Rejects when the stream ends, for whatever reason. */
  readonly ended: Promise<never>;
  sendStatus(status: StandbyStatus): void;
  close(): Promise<void>;
}

export interface ReplicationStart {
  readonly slot: string;
  readonly from: Lsn;
  /** Options of the output plug-in, in order. */
  readonly options: Readonly<Record<string, string>>;
}

const COPY_BOTH_RESPONSE = 'W'.charCodeAt(0);
const COPY_DATA = 'd'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);
const COMMAND_COMPLETE = 'C'.charCodeAt(0);
const ERROR_RESPONSE = 'E'.charCodeAt(0);
const XLOG_DATA = 'w'.charCodeAt(0);
const KEEPALIVE = 'k'.charCodeAt(0);
const XLOG_HEADER_BYTES = 25;
const START_PATIENCE_MS = 60_000;
const POSTGRES_EPOCH_MS = 946_684_800_000;
/**
 * The server writes each change to the socket by itself. Whoever reads as fast as it writes gets three rows per read and spends
 * most of its time in system calls; waiting a millisecond between small reads that follow each other closely cuts the CPU per
 * row to less than a half (docs/decisions/0001-replication-transport.md).
 */
const SMALL_READ_BYTES = 32_768;
const READ_PAUSE_MS = 1;

/** COPY BOTH on a connection of `pg` whose socket is taken over: PostgreSQL 18 manual, 54.4 and 54.8. */
export async function startReplication(
  session: Session,
  start: ReplicationStart,
  handler: StreamHandler,
): Promise<ReplicationStream> {
  const stream = new CopyBothStream(session, handler);
  await stream.start(startCommand(start));
  return stream;
}

function startCommand(start: ReplicationStart): string {
  const options = Object.entries(start.options).map(([name, value]) => `${name} '${value.replaceAll("'", "''")}'`);
  return `START_REPLICATION SLOT "${start.slot}" LOGICAL ${formatLsn(start.from)} (${options.join(', ')})`;
}

/** Reads a replication stream in place: no copy of a message that lies inside one read, no object per message. */
class CopyBothStream implements ReplicationStream {
  readonly #session: Session;
  readonly #handler: StreamHandler;
  readonly #cutter: MessageCutter;
  readonly #started = Promise.withResolvers<undefined>();
  readonly #failed = Promise.withResolvers<never>();
  readonly #status = Buffer.alloc(39);
  #unreported = 0;
  #lastReadMs = 0;
  #gathering = false;
  #paused = false;
  #closed = false;

  constructor(session: Session, handler: StreamHandler) {
    this.#session = session;
    this.#handler = handler;
    this.#cutter = new MessageCutter((message) => this.#take(message));
    this.#failed.promise.catch(() => undefined);
    session.ended.catch((error: unknown) => this.#fail(error));
  }

  get ended(): Promise<never> {
    return this.#failed.promise;
  }

  async start(command: string): Promise<void> {
    this.#session.takeOver((chunk) => this.#read(chunk));
    const text = Buffer.from(`Q\0\0\0\0${command}\0`, 'utf8');
    text.writeInt32BE(text.length - 1, 1);
    this.#session.socket.write(text);
    const late = setTimeout(() => this.#fail(new Error('no answer to START_REPLICATION')), START_PATIENCE_MS);
    try {
      await Promise.race([this.#started.promise, this.#failed.promise]);
    } finally {
      clearTimeout(late);
    }
  }

  pause(): void {
    this.#paused = true;
    this.#session.socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#cutter.suspended) this.#guard(() => this.#cutter.resume() && this.#chunkEnd());
    this.#readOn();
  }

  sendStatus(status: StandbyStatus): void {
    if (this.#closed || !this.#session.socket.writable) return;
    const message = this.#status;
    message.write('d', 0, 'latin1');
    message.writeInt32BE(message.length - 1, 1);
    message.write('r', 5, 'latin1');
    message.writeBigUInt64BE(status.received, 6);
    message.writeBigUInt64BE(status.flushed, 14);
    message.writeBigUInt64BE(status.flushed, 22);
    message.writeBigInt64BE(BigInt(Date.now() - POSTGRES_EPOCH_MS) * 1000n, 30);
    message[38] = status.replyRequested ? 1 : 0;
    this.#session.socket.write(Buffer.from(message));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#session.close();
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    this.#unreported += chunk.length;
    this.#guard(() => {
      if (this.#cutter.push(chunk)) this.#chunkEnd();
      else this.#session.socket.pause();
    });
    this.#gather(chunk.length);
  }

  /** After a small read that came close behind another: lets more arrive before the next one. */
  #gather(bytes: number): void {
    const now = performance.now();
    const close = now - this.#lastReadMs <= READ_PAUSE_MS * 2;
    this.#lastReadMs = now;
    // What the socket has read ahead is handed out first, read by read: a pause for each would let a backlog of small reads grow.
    const behind = this.#session.socket.readableLength > 0;
    if (!close || behind || bytes >= SMALL_READ_BYTES || this.#gathering) return;
    this.#gathering = true;
    this.#session.socket.pause();
    setTimeout(() => {
      this.#gathering = false;
      this.#readOn();
    }, READ_PAUSE_MS);
  }

  #readOn(): void {
    if (!this.#paused && !this.#gathering && !this.#cutter.suspended) this.#session.socket.resume();
  }

  #chunkEnd(): void {
    const bytes = this.#unreported;
    this.#unreported = 0;
    this.#handler.chunkEnd(bytes);
  }

  /** What goes wrong while reading must not escape into the socket's event: it ends the stream. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#closed = true;
    this.#session.socket.destroy();
    this.#failed.reject(error);
  }

  #take(message: ServerMessage): boolean {
    const { type, bytes, start, end } = message;
    if (type === COPY_DATA) return this.#takeData(message);
    if (type === ERROR_RESPONSE) this.#fail(serverError(bytes, start, end));
    else if (type === COPY_BOTH_RESPONSE) this.#started.resolve(undefined);
    else if (type === COPY_DONE || type === COMMAND_COMPLETE) this.#fail(new Error('the server ended the stream'));
    // Notices and parameter changes say nothing that matters here.
    return !this.#closed;
  }

  #takeData({ bytes, start, end }: ServerMessage): boolean {
    const kind = bytes[start];
    const high = uint32(bytes, start + 1);
    const low = uint32(bytes, start + 5);
    if (kind === XLOG_DATA) return this.#handler.message({ bytes, start: start + XLOG_HEADER_BYTES, end, high, low });
    if (kind === KEEPALIVE) this.#handler.keepalive(lsnOf(high, low), bytes[start + 17] === 1);
    return true;
  }
}
