import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaExecutable } from './java-executable.ts';
import { propertiesText } from './properties-text.ts';

const run = promisify(execFile);

/** A new cluster or directory id: 16 random bytes in URL-safe base64, never with a leading dash (Kafka's Uuid). */
export function randomId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

export interface FormatPlan {
  readonly checkpointFile: string;
  /** Kafka's log.dirs. */
  readonly logFolder: string;
  readonly nodeId: number;
  readonly clusterId: string;
}

/**
 * Formats the log folder of a node as `kafka-storage format` does. The tool writes the same bootstrap records for every node
 * of a version, so its file is copied: that saves the start of a JVM (1 s) each time.
 */
export async function formatLogFolder(plan: FormatPlan): Promise<void> {
  await mkdir(plan.logFolder, { recursive: true });
  await copyFile(plan.checkpointFile, join(plan.logFolder, 'bootstrap.checkpoint'));
  const meta = {
    version: '1',
    'cluster.id': plan.clusterId,
    'node.id': String(plan.nodeId),
    'directory.id': randomId(),
  };
  await writeFile(join(plan.logFolder, 'meta.properties'), propertiesText(meta));
}

/** Formats with the tool itself; `users` are created as SCRAM credentials (`SCRAM-SHA-256=[name=…,password=…]`). */
export async function formatWithTool(
  jars: string,
  configFile: string,
  clusterId: string,
  users: readonly string[],
): Promise<void> {
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), 'kafka.tools.StorageTool'];
  const scram = users.flatMap((user) => ['--add-scram', user]);
  await run(await javaExecutable(), [...tool, 'format', '-t', clusterId, '-c', configFile, ...scram]);
}
