import { z } from 'zod';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'commit-';
const shape = z.object({ tasks: z.int().min(0) });

/** Key `commit-<n>`, value `{"tasks":3}`: the task records 0, 1 and 2 before it take effect together. */
export function commitRecord(connector: string, tasks: number): StoredRecord {
  return { key: PREFIX + connector, value: Buffer.from(`{"tasks":${tasks}}`) };
}

export function commitConnectorOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/** The task count; undefined when the value is not one of a commit. */
export function decodeCommit(value: unknown): number | undefined {
  return shape.safeParse(value).data?.tasks;
}
