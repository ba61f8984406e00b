import { createHash, getHashes } from 'node:crypto';

export interface HashForm {
  /** As Node names it. */
  readonly algorithm: string;
  readonly salt: Buffer;
  /** `java`: of the text as Java serializes it (column.mask.hash); `plain`: of its bytes alone (column.mask.hash.v2). */
  readonly of: 'java' | 'plain';
}

/** Names of Java's MessageDigest and Node's, both in small letters. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'].map((name) => [name, name] as const),
  ['sha', 'sha1'],
  ['sha-1', 'sha1'],
  ...['224', '256', '384', '512'].map((bits) => [`sha-${bits}`, `sha${bits}`] as const),
  ...['224', '256'].map((bits) => [`sha-512/${bits}`, `sha512-${bits}`] as const),
  ...['224', '256', '384', '512'].map((bits) => [`sha3-${bits}`, `sha3-${bits}`] as const),
]);

/** Node's name of an algorithm of Java; undefined: there is none here. */
export function hashAlgorithm(javaName: string): string | undefined {
  const name = ALGORITHMS.get(javaName.toLowerCase());
  return name !== undefined && getHashes().some((known) => known.toLowerCase() === name) ? name : undefined;
}

/** The hash of salt and text, in small hexadecimal digits. */
export function hashText(text: string, { algorithm, salt, of }: HashForm): string {
  const bytes = of === 'java' ? javaSerialized(text) : Buffer.from(text, 'utf8');
  return createHash(algorithm).update(salt).update(bytes).digest('hex');
}

const STREAM_HEADER = [0xac, 0xed, 0, 5];
const TC_STRING = 0x74;
const TC_LONG_STRING = 0x7c;

/** What Java's ObjectOutputStream writes for a String (Java Object Serialization Specification, 6.4.2). */
function javaSerialized(text: string): Buffer {
  const content = modifiedUtf8(text);
  if (content.length <= 0xffff)
    return Buffer.concat([
      Buffer.from([...STREAM_HEADER, TC_STRING, content.length >> 8, content.length & 0xff]),
      content,
    ]);
  const head = Buffer.from([...STREAM_HEADER, TC_LONG_STRING, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(content.length), head.length - 8);
  return Buffer.concat([head, content]);
}

/** UTF-8 but for NUL, which takes two bytes, and for surrogates, which take three each. */
function modifiedUtf8(text: string): Buffer {
  if (!/[\u0000\ud800-\udfff]/.test(text)) return Buffer.from(text, 'utf8');
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}
