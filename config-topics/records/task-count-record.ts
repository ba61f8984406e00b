import { z } from 'zod';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'tasks-fencing-';
const shape = z.object({ 'task-count': z.int().min(0) });

/**
 * Key `tasks-fencing-<n>`, value `{"task-count":3}`: producers 0, 1 and 2 of this connector may exist, and those of an older
 * set of tasks have been fenced (KIP-618).
 */
export function taskCountRecord(connector: string, count: number): StoredRecord {
  return { key: PREFIX + connector, value: Buffer.from(`{"task-count":${count}}`) };
}

export function taskCountConnectorOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

export function decodeTaskCount(value: unknown): number | undefined {
  return shape.safeParse(value).data?.['task-count'];
}
