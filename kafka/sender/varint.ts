/**
 * Kafka's zigzag varints as far as a producer needs them: lengths, deltas and counts from −1 to 2^30 − 1 (protocol
 * guide, "Protocol Primitive Types").
 */
export const MAX_VARINT_VALUE = 2 ** 30 - 1;

/** Bytes that `writeVarint` takes for this value. */
export function varintSize(value: number): number {
  const zigzag = value < 0 ? 1 : value * 2;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** Writes the value (−1 for null, otherwise not negative) and returns the position behind it. */
export function writeVarint(target: Buffer, position: number, value: number): number {
  let rest = value < 0 ? 1 : value * 2;
  let at = position;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at] = rest;
  return at + 1;
}

/** Reads one varint; `next` is the position behind it. */
export function readVarint(source: Buffer, position: number): { readonly value: number; readonly next: number } {
  let zigzag = 0;
  let at = position;
  for (let shift = 0; ; shift += 7) {
    const byte = source[at++];
    if (byte === undefined || shift > 28) throw new RangeError(`no varint at ${position} of ${source.length} bytes`);
    zigzag |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { value: (zigzag >>> 1) ^ -(zigzag & 1), next: at };
}

/** Any 64-bit number as a zigzag varlong: distances in time may be negative and of any size. */
export function varlong(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** The position behind a varint or varlong, whatever its size. */
export function behindVarint(source: Buffer, position: number): number {
  let at = position;
  while ((source[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}
