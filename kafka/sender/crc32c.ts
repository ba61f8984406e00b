import { crc32c as libraryCrc32c, Writer } from '@platformatic/kafka';

/**
 * CRC-32C of the bytes by the fastest code at hand: @node-rs/crc32 where it is installed (an optional dependency of the
 * client library), WebAssembly otherwise. Passed as a dynamic buffer because the library copies a plain one first: for
 * 1 MB 0.19 ms instead of 0.70 ms.
 */
export function crc32c(bytes: Buffer): number {
  return libraryCrc32c(Writer.create().append(bytes).dynamicBuffer);
}
