/** One message of the server: its type byte and its body, `bytes[start…end)`. */
export interface ServerMessage {
  readonly type: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** False: hand over nothing more until `resume`. */
export type MessageSink = (message: ServerMessage) => boolean;

const HEADER_BYTES = 5;
/** The server never sends more than a 1 GB value plus its framing (MaxAllocSize); anything beyond is a broken stream. */
const MAX_MESSAGE_BYTES = 0x4000_0000 + 0x1000;

/**
 * Cuts what the socket brings into the server's messages, in place: a message inside one chunk is handed over as a range of
 * that chunk; one that spans chunks is gathered once into a buffer of its own size, however large it is. Nothing is handed
 * over while the sink is suspended.
 */
export class MessageCutter {
  readonly #sink: MessageSink;
  readonly #waiting: Buffer[] = [];
  #offset = 0;
  #suspended = false;
  readonly #header = Buffer.allocUnsafeSlow(HEADER_BYTES);
  #headerBytes = 0;
  #split: Buffer | undefined;
  #splitBytes = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  get suspended(): boolean {
    return this.#suspended;
  }

  /** Hands over the messages that the chunk completes. True when everything was taken. */
  push(chunk: Buffer): boolean {
    if (this.#waiting.length > 0 || this.#suspended) {
      this.#waiting.push(chunk);
      return false;
    }
    this.#offset = 0;
    return this.#cut(chunk);
  }

  /** Goes on after a sink has answered false. True when everything that was waiting is taken. */
  resume(): boolean {
    this.#suspended = false;
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      if (!this.#cut(chunk)) return false;
      this.#offset = 0;
    }
    return true;
  }

  #cut(chunk: Buffer): boolean {
    if ((this.#headerBytes > 0 || this.#split !== undefined) && !this.#completeSplit(chunk)) return !this.#suspended;
    const end = chunk.length;
    let at = this.#offset;
    while (at + HEADER_BYTES <= end) {
      const next = at + 1 + messageLength(chunk, at + 1);
      if (next > end) break;
      if (!this.#sink({ type: chunk[at] ?? 0, bytes: chunk, start: at + HEADER_BYTES, end: next })) {
        this.#suspendAt(chunk, next);
        return false;
      }
      at = next;
    }
    this.#keep(chunk, at);
    return true;
  }

  /** True when the split message is complete and was taken, so that the chunk can be cut from `#offset` on. */
  #completeSplit(chunk: Buffer): boolean {
    if (this.#split === undefined) {
      const taken = chunk.copy(
        this.#header,
        this.#headerBytes,
        this.#offset,
        this.#offset + HEADER_BYTES - this.#headerBytes,
      );
      this.#headerBytes += taken;
      this.#offset += taken;
      if (this.#headerBytes < HEADER_BYTES) return false;
      this.#split = Buffer.allocUnsafeSlow(1 + messageLength(this.#header, 1));
      this.#splitBytes = this.#header.copy(this.#split);
    }
    const split = this.#split;
    const taken = chunk.copy(split, this.#splitBytes, this.#offset);
    this.#splitBytes += taken;
    this.#offset += taken;
    if (this.#splitBytes < split.length) return false;
    this.#split = undefined;
    this.#headerBytes = 0;
    if (this.#sink({ type: split[0] ?? 0, bytes: split, start: HEADER_BYTES, end: split.length })) return true;
    this.#suspendAt(chunk, this.#offset);
    return false;
  }

  #suspendAt(chunk: Buffer, offset: number): void {
    this.#suspended = true;
    this.#offset = offset;
    this.#waiting.unshift(chunk);
  }

  #keep(chunk: Buffer, at: number): void {
    const rest = chunk.length - at;
    if (rest === 0) return;
    if (rest < HEADER_BYTES) {
      this.#headerBytes = chunk.copy(this.#header, 0, at);
      return;
    }
    chunk.copy(this.#header, 0, at);
    this.#headerBytes = HEADER_BYTES;
    this.#split = Buffer.allocUnsafeSlow(1 + messageLength(chunk, at + 1));
    this.#splitBytes = chunk.copy(this.#split, 0, at);
  }
}

function messageLength(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at);
  if (length < 4 || length > MAX_MESSAGE_BYTES)
    throw new RangeError(`a message of ${length} bytes: the stream is broken`);
  return length;
}
