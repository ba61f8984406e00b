import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Judgement } from './judge.ts';
import type { ToldReader } from './told-reader.ts';
import type { TopicsReader } from './topics-reader.ts';

export interface Evidence {
  readonly stackFolder: string;
  /** What the run printed. */
  readonly lines: readonly string[];
  readonly judgement?: Judgement;
  readonly reader?: TopicsReader;
  readonly told?: ToldReader;
}

/** Keeps the servers' logs, the faults and the contents of the topics that are wrong, for the person who has to look. */
export async function keepEvidence(folder: string, evidence: Evidence): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.txt'), `${evidence.lines.join('\n')}\n`);
  for (const topic of evidence.judgement?.badTopics ?? []) {
    const records = evidence.reader?.contents(topic).delivered ?? [];
    const lines = records.map(
      ({ partition, offset, timestamp, key, version, op, isIncremental }) =>
        `${new Date(Number(timestamp)).toISOString()} ${partition}/${offset} ${key} ${version} ${op}${isIncremental ? 'i' : ''}`,
    );
    await writeFile(join(folder, `${topic}.txt`), `${lines.join('\n')}\n`);
  }
  const told = evidence.told?.all ?? [];
  const news = told.map(
    ({ topic, timestampMs, ...each }) => `${new Date(timestampMs).toISOString()} ${topic} ${JSON.stringify(each)}`,
  );
  await writeFile(join(folder, 'notifications.txt'), `${news.join('\n')}\n`);
  for (const entry of await readdir(evidence.stackFolder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\b(worker|server)\.log$/.test(entry.name)) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, from.slice(evidence.stackFolder.length + 1));
    await mkdir(dirname(to), { recursive: true });
    await cp(from, to);
  }
}
