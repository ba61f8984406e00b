/**
 * Big-endian integers of the wire. Written out and not as Buffer's methods, because these are inlined into the decoder's loops;
 * beyond the end they read zeros, so whoever decodes a message checks that it ended where it should.
 */
export function int16(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function int32(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

/** Transaction ids and OIDs are unsigned. */
export function uint32(bytes: Buffer, at: number): number {
  return int32(bytes, at) >>> 0;
}
