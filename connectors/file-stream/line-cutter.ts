const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A complete line without its end, and the place in the file behind its end. */
export interface Line {
  readonly text: string;
  readonly end: bigint;
}

/**
 * Cuts the bytes of a file into lines; what has no end yet is kept for the next bytes, at most `maxBytes` of it. Lines end with
 * LF, CR LF or CR, as java.io.BufferedReader has it.
 */
export class LineCutter {
  readonly #maxBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Place in the file of the first byte of `#rest`. */
  #position: bigint;

  constructor(position: bigint, maxBytes: number) {
    this.#position = position;
    this.#maxBytes = maxBytes;
  }

  /** Where the next bytes are to be read. */
  get readPosition(): bigint {
    return this.#position + BigInt(this.#rest.length);
  }

  /** The lines that these bytes complete. Undefined: a line is longer than allowed. */
  push(bytes: Buffer): Line[] | undefined {
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const lines: Line[] = [];
    let start = 0;
    for (let at = 0; at < data.length; at += 1) {
      const byte = data[at];
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) continue;
      // Whether a CR at the very end belongs to a CR LF shows with the next byte.
      if (byte === CARRIAGE_RETURN && at + 1 === data.length) break;
      const next = byte === CARRIAGE_RETURN && data[at + 1] === LINE_FEED ? at + 2 : at + 1;
      lines.push({ text: data.toString('utf8', start, at), end: this.#position + BigInt(next) });
      start = next;
      at = next - 1;
    }
    this.#position += BigInt(start);
    this.#rest = Buffer.from(data.subarray(start));
    return this.#rest.length > this.#maxBytes ? undefined : lines;
  }
}
