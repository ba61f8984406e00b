import { randomUUID } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spool } from './spool.ts';

/** A message of the plug-in: its type at `start`, its body `bytes[from…end)`, and the place in the log that came with it. */
export interface SpooledMessage {
  readonly bytes: Buffer;
  readonly start: number;
  readonly from: number;
  readonly end: number;
  readonly high: number;
  readonly low: number;
}

const COPY_DATA = 100; // d
/** Type and length, as the server frames a message, then the place in the log. */
const FRAME_BYTES = 5 + 8;

/**
 * The changes of one transaction in a file without a name: it is unlinked as soon as it is open, so that the system takes it back
 * however the process ends. Messages are framed as on the wire, for the same cutter to read them. Operations run in order; what fails
 * ends the spool.
 */
export class SpoolFile {
  readonly #spool: Spool;
  #operations = Promise.resolve();
  #handle: FileHandle | undefined;
  #buffer: Buffer | undefined;
  #buffered = 0;
  /** End of what was given to be written. */
  #flushed = 0;
  #closed = false;

  constructor(spool: Spool) {
    this.#spool = spool;
    this.#queue(async () => {
      this.#handle = await openUnnamed(spool.folder);
    });
  }

  get size(): number {
    return this.#flushed + this.#buffered;
  }

  /** Copies the message, or keeps its bytes until they are written when it is large. */
  append({ bytes, start, from, end, high, low }: SpooledMessage): void {
    const framed = FRAME_BYTES + 1 + end - from;
    this.#spool.take(framed);
    let buffer = (this.#buffer ??= this.#spool.buffer());
    if (this.#buffered > 0 && this.#buffered + framed > buffer.length) {
      this.flush();
      buffer = this.#buffer ??= this.#spool.buffer();
    }
    const at = this.#buffered;
    buffer[at] = COPY_DATA;
    buffer.writeInt32BE(framed - 1, at + 1);
    buffer.writeUInt32BE(high, at + 5);
    buffer.writeUInt32BE(low, at + 9);
    buffer[at + FRAME_BYTES] = bytes[start] ?? 0;
    if (at + framed <= buffer.length) {
      bytes.copy(buffer, at + FRAME_BYTES + 1, from, end);
      this.#buffered += framed;
      return;
    }
    this.#buffered += FRAME_BYTES + 1;
    this.flush();
    this.#write(bytes.subarray(from, end));
  }

  /** Gives everything appended so far to be written. */
  flush(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    const part = buffer.subarray(0, this.#buffered);
    this.#buffered = 0;
    this.#write(part, buffer);
  }

  /** Forgets everything from `size` on. */
  truncate(size: number): void {
    this.flush();
    this.#spool.give(this.#flushed - size);
    this.#flushed = size;
    this.#queue(async () => {
      await this.#handle?.truncate(size);
    });
  }

  /** The next bytes from `position` on, at most `most`, in a buffer of their own; none at the end. */
  async read(position: number, most: number): Promise<Buffer> {
    await this.#operations;
    if (this.#spool.failure !== undefined) throw this.#spool.failure;
    const buffer = Buffer.allocUnsafeSlow(Math.min(most, this.#flushed - position));
    for (let read = 0; read < buffer.length;) {
      const { bytesRead } = (await this.#handle?.read(buffer, read, buffer.length - read, position + read)) ?? {};
      if (bytesRead === undefined || bytesRead === 0) throw new Error('a file of the spool is shorter than written');
      read += bytesRead;
    }
    return buffer;
  }

  /** Gives the room back at once; settles when the file is closed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#spool.give(this.size);
    this.#closed = true;
    if (this.#buffer !== undefined) this.#spool.giveBuffer(this.#buffer);
    this.#buffer = undefined;
    this.#flushed = this.#buffered = 0;
    await this.#operations;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #write(part: Buffer, buffer?: Buffer): void {
    const position = this.#flushed;
    this.#flushed += part.length;
    const isLoose = buffer === undefined;
    // A buffer keeps all of its memory until it is written, however little is in it.
    const held = buffer?.length ?? part.length;
    this.#spool.writing(held, isLoose);
    this.#queue(async () => {
      if (!this.#closed && this.#handle !== undefined) await writeWhole(this.#handle, part, position);
      if (buffer !== undefined) this.#spool.giveBuffer(buffer);
      this.#spool.written(held, isLoose);
    });
  }

  #queue(operation: () => Promise<void>): void {
    this.#operations = this.#operations.then(operation).catch((error: unknown) => this.#spool.fail(error));
  }
}

async function openUnnamed(folder: string): Promise<FileHandle> {
  const file = join(folder, `millrace-${process.pid}-${randomUUID()}.spool`);
  const handle = await open(file, 'wx+', 0o600);
  await unlink(file);
  return handle;
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
