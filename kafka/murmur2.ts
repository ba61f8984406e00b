// MurmurHash2 with Kafka's seed, as in org.apache.kafka.common.utils.Utils.murmur2.
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The hash of bytes[start, end) as a signed 32-bit number. */
export function murmur2(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  let hash = SEED ^ length;
  let at = start;
  for (const last = end - (length & 3); at < last; at += 4) {
    let word = byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    word = Math.imul(word, M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  if (at < end) {
    const rest = end - at;
    if (rest > 2) hash ^= byte(bytes, at + 2) << 16;
    if (rest > 1) hash ^= byte(bytes, at + 1) << 8;
    hash = Math.imul(hash ^ byte(bytes, at), M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a record with the key bytes[start, end), the one that a Java producer chooses: order per key must survive a
 * succession. Called once per record, so it allocates nothing.
 */
export function partitionFor(bytes: Buffer, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions;
}

function byte(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}
