import { ByteWriter } from '../byte-writer.ts';
import { SOURCE_END } from './source-block.ts';

/** Records that share one reading of the clock at most, so that a long batch is not stamped with its beginning. */
const MOST_RECORDS = 64;
const OP = ',"op":"';
const END_OF_SOURCE = `${SOURCE_END},"transaction":null${OP}`;

/**
 * The end of every envelope, from the last fields of the source block to the time of processing. Records that are encoded in
 * one go share a reading of the clock: it costs as much as encoding a column, and its time is that of the batch anyway.
 */
export class ProcessingTime {
  readonly #now: () => number;
  readonly #tail = new ByteWriter(512);
  #bytes = Buffer.alloc(0);
  readonly #opAt = Buffer.byteLength(END_OF_SOURCE);
  readonly #bareAt = Buffer.byteLength(END_OF_SOURCE) - Buffer.byteLength(OP);
  #left = 0;
  readonly #expire = (): void => {
    this.#left = 0;
  };

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Writes up to the envelope's closing brace. `op`: code of its letter. */
  write(out: ByteWriter, op: number): void {
    if (this.#left === 0) this.#read();
    this.#left--;
    const at = out.at + this.#opAt;
    out.constant(this.#bytes);
    out.bytes[at] = op;
  }

  /** The same behind source block and transaction block. */
  writeBare(out: ByteWriter, op: number): void {
    if (this.#left === 0) this.#read();
    this.#left--;
    const at = out.at + OP.length;
    out.range(this.#bytes, this.#bareAt, this.#bytes.length);
    out.bytes[at] = op;
  }

  #read(): void {
    const millis = this.#now();
    const tail = this.#tail;
    tail.reset();
    tail.text(`${END_OF_SOURCE}?","ts_ms":`);
    tail.unsigned(millis);
    tail.text(',"ts_us":');
    tail.unsigned(millis);
    tail.text('000,"ts_ns":');
    tail.unsigned(millis);
    tail.text('000000}');
    this.#bytes = Buffer.from(tail.bytes.subarray(0, tail.at));
    this.#left = MOST_RECORDS;
    // What is encoded after the next await is another batch.
    queueMicrotask(this.#expire);
  }
}
