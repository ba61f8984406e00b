import { z } from 'zod';
import type { StoredRecord } from './stored-record.ts';

export const SESSION_KEY = 'session-key';

/** The key that signs requests between workers (KIP-507). A secret: never logged. */
export interface SessionKey {
  readonly key: Buffer;
  /** Java's name of the algorithm, e.g. HmacSHA256. */
  readonly algorithm: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

const shape = z.object({ key: z.base64(), algorithm: z.string(), 'creation-timestamp': z.int() });

/** Key `session-key`, value `{"key":"<base64>","algorithm":"HmacSHA256","creation-timestamp":1767225600123}`. */
export function sessionKeyRecord({ key, algorithm, createdAt }: SessionKey): StoredRecord {
  const value = { key: key.toString('base64'), algorithm, 'creation-timestamp': createdAt };
  return { key: SESSION_KEY, value: Buffer.from(JSON.stringify(value)) };
}

export function decodeSessionKey(value: unknown): SessionKey | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  return { key: Buffer.from(data.key, 'base64'), algorithm: data.algorithm, createdAt: data['creation-timestamp'] };
}
