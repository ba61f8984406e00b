import type { ByteRange } from '../byte-range.ts';
import type { ByteWriter } from '../byte-writer.ts';

const STANDARD = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const URL_SAFE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 'latin1');
const PAD = 0x3d;

/** Base64 (RFC 4648) of a range, padded; without quotes. */
export function writeBase64(out: ByteWriter, { bytes, start, end }: ByteRange, urlSafe = false): void {
  const letters = urlSafe ? URL_SAFE : STANDARD;
  out.reserve(Math.ceil((end - start) / 3) * 4);
  const target = out.bytes;
  let at = out.at;
  let i = start;
  for (; i + 2 < end; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    target[at] = letters[three >> 18] ?? 0;
    target[at + 1] = letters[(three >> 12) & 63] ?? 0;
    target[at + 2] = letters[(three >> 6) & 63] ?? 0;
    target[at + 3] = letters[three & 63] ?? 0;
    at += 4;
  }
  if (i < end) {
    const two = ((bytes[i] ?? 0) << 8) | (i + 1 < end ? (bytes[i + 1] ?? 0) : 0);
    target[at] = letters[two >> 10] ?? 0;
    target[at + 1] = letters[(two >> 4) & 63] ?? 0;
    target[at + 2] = i + 1 < end ? (letters[(two << 2) & 63] ?? 0) : PAD;
    target[at + 3] = PAD;
    at += 4;
  }
  out.at = at;
}
