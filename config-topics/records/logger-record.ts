import { z } from 'zod';
import { jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'logger-cluster-';
const shape = z.object({ level: z.string() });

/** Key `logger-cluster-<namespace>`, value `{"level":"DEBUG"}` (KIP-976). */
export function loggerRecord(namespace: string, level: string): StoredRecord {
  return { key: PREFIX + namespace, value: Buffer.from(`{"level":${jsonString(level)}}`) };
}

export function loggerNamespaceOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

export function decodeLoggerLevel(value: unknown): string | undefined {
  return shape.safeParse(value).data?.level;
}
