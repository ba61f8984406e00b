import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { cacheSubfolder } from './cache-folder.ts';
import { withLock } from './exclusive-lock.ts';
import type { JarSet } from './jar-sets.ts';
import { StackError } from './stack-error.ts';

const MANIFEST = 'manifest.json';
const manifestSchema = z.array(z.object({ file: z.string(), bytes: z.number(), sha256: z.string() }));
const PROGRESS_EVERY = 20;

type Log = (line: string) => void;

/**
 * The folder with the jars of the set, fetched with Maven when it is not complete. Maven checks every download against the
 * repository's checksums and keeps what it has, so a broken-off fetch goes on where it ended.
 */
export async function jarFolder(set: JarSet, log: Log): Promise<string> {
  const jars = await cacheSubfolder('jars');
  const folder = join(jars, set.name);
  if (await isComplete(folder)) return folder;
  const onWait = (): void => log(`${set.name}: waiting for another process that fetches it`);
  await withLock(`${folder}.lock`, onWait, async () => {
    if (await isComplete(folder)) return;
    // Of a fetch that was killed: we hold the lock, so nobody works in them.
    for (const name of await readdir(jars)) {
      if (name.startsWith(`${set.name}.part-`)) await rm(join(jars, name), { recursive: true, force: true });
    }
    const fresh = await mkdtemp(`${folder}.part-`);
    try {
      await fetchInto(fresh, set, log);
      await writeManifest(fresh, set);
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
  return folder;
}

/** Every file of the manifest is there in its full size. */
async function isComplete(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const manifest = manifestSchema.safeParse(JSON.parse(text));
  if (!manifest.success) return false;
  for (const { file, bytes } of manifest.data) {
    const found = await stat(join(folder, file)).catch(() => undefined);
    if (found?.size !== bytes) return false;
  }
  return true;
}

async function writeManifest(folder: string, set: JarSet): Promise<void> {
  const manifest: z.infer<typeof manifestSchema> = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!file.endsWith('.jar') || set.without?.test(file) === true) {
      await rm(join(folder, file), { recursive: true });
      continue;
    }
    const content = await readFile(join(folder, file));
    manifest.push({ file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  }
  await writeFile(join(folder, MANIFEST), JSON.stringify(manifest, undefined, 1));
}

async function fetchInto(folder: string, set: JarSet, log: Log): Promise<void> {
  log(`${set.name}: fetching from Maven Central`);
  await writeFile(join(folder, 'pom.xml'), pom(set));
  const args = ['-B', '-C', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
  const mvn = spawn('mvn', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    mvn.once('error', reject);
    mvn.once('exit', resolve);
  });
  ended.catch(() => undefined); // awaited below, after the output
  const tail: string[] = [];
  const keep = (line: string): void => {
    tail.push(line);
    if (tail.length > 30) tail.shift();
  };
  createInterface({ input: mvn.stderr }).on('line', keep);
  let fetched = 0;
  for await (const line of createInterface({ input: mvn.stdout })) {
    keep(line);
    if (!/Downloaded from .*\.jar/.test(line)) continue;
    fetched += 1;
    if (fetched % PROGRESS_EVERY === 0) log(`${set.name}: ${fetched} jars fetched`);
  }
  const code = await ended.catch((cause: unknown) => {
    throw new StackError('Maven (mvn) is not there; install it, for instance with: apt-get install maven', { cause });
  });
  if (code !== 0) throw new StackError(`${set.name}: Maven ended with ${code ?? 'a signal'}:\n${tail.join('\n')}`);
  log(`${set.name}: complete`);
}

function pom(set: JarSet): string {
  const dependencies = set.artefacts.map((coordinates) => {
    const [group = '', artefact = '', version = ''] = coordinates.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>millrace.stack</groupId><artifactId>${set.name}</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies></project>
`;
}
