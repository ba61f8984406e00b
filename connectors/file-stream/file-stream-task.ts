import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../errors/connector-error.ts';
import type { ChangeBatch, SourcePartition } from '../change-batch.ts';
import type { SourceRecord } from '../source-record.ts';
import type { Schema } from '../connect-data.ts';
import type { SourceTask, TaskContext } from '../source-connector.ts';
import { LineCutter, type Line } from './line-cutter.ts';

export interface FileStreamOptions {
  readonly files: readonly string[];
  readonly topic: string;
  readonly batchSize: number;
  readonly maxLineBytes: number;
}

const READ_BYTES = 65_536;
/** As Kafka's FileStreamSourceTask waits when there is nothing to read. */
const IDLE_MS = 1000;
const LINE_SCHEMA: Schema = { type: 'string', optional: false };
/** What a record takes beside its text. */
const RECORD_OVERHEAD = 200;

/** The key of a file's offset, `{filename}`: Kafka's own. */
export function filePartition(file: string): SourcePartition {
  return { filename: file };
}

interface OpenFile {
  readonly name: string;
  readonly lines: LineCutter;
  handle: FileHandle | undefined;
}

/** Follows files line by line; each line becomes one record. What was read is committed with the place behind it, `{position}`. */
export class FileStreamTask implements SourceTask {
  readonly #context: TaskContext;
  readonly #options: FileStreamOptions;

  constructor(context: TaskContext, options: FileStreamOptions) {
    this.#context = context;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal } = this.#context;
    const files: OpenFile[] = [];
    for (const name of this.#options.files)
      files.push({
        name,
        lines: new LineCutter(await this.#position(name), this.#options.maxLineBytes),
        handle: undefined,
      });
    this.#context.started();
    try {
      while (!signal.aborted) {
        let isIdle = true;
        for (const file of files) if (await this.#readOn(file)) isIdle = false;
        if (isIdle) await delay(IDLE_MS, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
      }
    } finally {
      for (const { handle } of files) await handle?.close();
    }
  }

  async #position(file: string): Promise<bigint> {
    const offset = await this.#context.readOffset(filePartition(file));
    const position = offset?.['position'];
    return typeof position === 'number' || typeof position === 'bigint' ? BigInt(position) : 0n;
  }

  /** False when there was nothing to read. */
  async #readOn(file: OpenFile): Promise<boolean> {
    file.handle ??= await this.#open(file);
    if (file.handle === undefined) return false;
    const buffer = Buffer.alloc(READ_BYTES);
    const { bytesRead } = await file.handle.read(buffer, 0, READ_BYTES, file.lines.readPosition);
    if (bytesRead === 0) {
      await this.#checkSize(file.handle, file);
      return false;
    }
    const lines = file.lines.push(buffer.subarray(0, bytesRead));
    if (lines === undefined)
      throw new ConnectorError(
        'FILE_UNUSABLE',
        `${file.name} has a line of more than max.line.bytes=${this.#options.maxLineBytes} bytes at byte ${file.lines.readPosition}`,
      );
    for (let at = 0; at < lines.length && !this.#context.signal.aborted; at += this.#options.batchSize)
      await this.#context.emit(this.#batch(file.name, lines.slice(at, at + this.#options.batchSize))).room;
    return true;
  }

  /** Undefined while the file does not exist: it may come. */
  async #open(file: OpenFile): Promise<FileHandle | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(file.name);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        this.#context.log.warn({ file: file.name }, 'the file does not exist; waiting for it');
        return undefined;
      }
      throw new ConnectorError('FILE_UNUSABLE', `${file.name} cannot be opened: ${String(error)}`, { cause: error });
    }
    try {
      await this.#checkSize(handle, file);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return handle;
  }

  /** A file that has become shorter is another file: what stands at the place read up to is not what follows. */
  async #checkSize(handle: FileHandle, file: OpenFile): Promise<void> {
    const { size } = await handle.stat({ bigint: true });
    if (size >= file.lines.readPosition) return;
    throw new ConnectorError(
      'FILE_UNUSABLE',
      `${file.name} has ${size} bytes, but was read up to byte ${file.lines.readPosition} before`,
    );
  }

  #batch(file: string, lines: readonly Line[]): ChangeBatch {
    const last = lines.at(-1);
    return {
      events: lines.map(({ text }) => ({ kind: 'record', record: this.#record(text) })),
      offsets: last === undefined ? [] : [{ partition: filePartition(file), offset: { position: last.end } }],
      bytes: lines.reduce((sum, { text }) => sum + text.length + RECORD_OVERHEAD, 0),
    };
  }

  #record(text: string): SourceRecord {
    return {
      topic: this.#options.topic,
      partition: null,
      keySchema: null,
      key: null,
      valueSchema: LINE_SCHEMA,
      value: text,
      timestampMs: Date.now(),
      headers: [],
    };
  }
}
