import { createHash } from 'node:crypto';

/** Name-based UUID, version 3 without a name space, as java.util.UUID.nameUUIDFromBytes makes it. */
export function nameUuid(name: Buffer): string {
  const digest = createHash('md5').update(name).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x30;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
