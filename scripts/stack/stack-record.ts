import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cacheFolder } from './cache-folder.ts';
import { StackError } from './stack-error.ts';

const processSchema = z.object({ name: z.string(), pid: z.number().int(), startTime: z.string() });

const recordSchema = z.object({
  name: z.string(),
  /** Folder of the stack's data. */
  folder: z.string(),
  servers: z.record(
    z.string(),
    z.object({
      kind: z.string(),
      /** Every process, in the order of start. */
      processes: z.array(processSchema),
      /** Addresses and folders once it is ready; absent while it starts. */
      info: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** What is written down about a stack that runs in the background. */
export type StackRecord = z.infer<typeof recordSchema>;

const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

export function checkStackName(name: string): string {
  if (NAME.test(name)) return name;
  throw new StackError(`a stack's name is made of small letters, digits and dashes, at most 40: not '${name}'`);
}

function recordFile(name: string): string {
  return join(cacheFolder(), 'stacks', `${checkStackName(name)}.json`);
}

export function stackLockFile(name: string): string {
  return join(cacheFolder(), 'stacks', `${checkStackName(name)}.lock`);
}

/** The record of a stack, or undefined when none of this name is up. */
export async function readRecord(name: string): Promise<StackRecord | undefined> {
  const text = await readFile(recordFile(name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text));
}

/**
 * Replaces the record in one step, so that a reader never sees half of it. Synchronous: a process is on the record before
 * anything else happens, and two servers that start at once do not write at once.
 */
export function writeRecord(record: StackRecord): void {
  const file = recordFile(record.name);
  mkdirSync(join(cacheFolder(), 'stacks'), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export async function removeRecord(name: string): Promise<void> {
  await rm(recordFile(name), { force: true });
}

/** Names of all stacks with a record. */
export async function recordedStacks(): Promise<string[]> {
  const files = await readdir(join(cacheFolder(), 'stacks')).catch(() => []);
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
}
