import type { ByteWriter } from '../../byte-writer.ts';
import { twosComplement } from '../../java/twos-complement.ts';
import { writeBase64 } from '../../json/base64.ts';

const TWO_32 = 2 ** 32;
const QUOTE = 0x22;
/** Upper bounds of magnitudes that fit into 1, 2, … 7 bytes of two's complement. */
const LIMITS = [2 ** 7, 2 ** 15, 2 ** 23, 2 ** 31, 2 ** 39, 2 ** 47, 2 ** 55] as const;

/**
 * The base64 of an integer as Java's BigInteger.toByteArray gives it: big-endian two's complement, as few bytes as
 * possible. `magnitude` is at most 2^53.
 */
export function writeUnscaled(out: ByteWriter, magnitude: number, negative: boolean): void {
  const bound = negative ? magnitude - 1 : magnitude;
  let size = 1;
  while (bound >= (LIMITS[size - 1] ?? 0)) size++;
  let low = magnitude >>> 0;
  let high = Math.floor(magnitude / TWO_32);
  if (negative) {
    low = -low | 0;
    high = low === 0 ? -high : ~high;
  }
  out.reserve(32);
  const { bytes, at } = out;
  // The raw bytes go 16 places ahead of where their base64 is written: room for the quote and eight letters.
  const raw = at + 16;
  for (let i = 0; i < size; i++) {
    const shift = (size - 1 - i) * 8;
    bytes[raw + i] = shift >= 32 ? high >> (shift - 32) : low >>> shift;
  }
  out.byte(QUOTE);
  writeBase64(out, { bytes, start: raw, end: raw + size });
  out.byte(QUOTE);
}

/** The same for an integer of any size. */
export function writeUnscaledBig(out: ByteWriter, value: bigint): void {
  const bytes = twosComplement(value);
  out.byte(QUOTE);
  writeBase64(out, { bytes, start: 0, end: bytes.length });
  out.byte(QUOTE);
}
