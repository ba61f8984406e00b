import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerProperties } from './broker-properties.ts';
import { cacheSubfolder } from './cache-folder.ts';
import { withLock } from './exclusive-lock.ts';
import { freePorts } from './free-port.ts';
import { javaExecutable } from './java-executable.ts';
import { javaLaunch } from './java-launch.ts';
import { kafka41Jars } from './jar-sets.ts';
import { formatWithTool, randomId } from './kafka-format.ts';
import { knownBrokers } from './kafka-metadata.ts';
import { jarFolder } from './maven-jars.ts';
import { propertiesText } from './properties-text.ts';
import { Server } from './server.ts';

/** Kafka 4.1 on this machine, with what makes its brokers start quickly. */
export interface PreparedKafka {
  /** Folder with the jars. */
  readonly jars: string;
  /** The bootstrap records that `kafka-storage format` writes for every node of this version. */
  readonly checkpointFile: string;
  /** Java's archive of the broker's classes: halves the time and the CPU of a start (2.4 s to 1.3 s on two cores). */
  readonly archiveFile: string;
}

/** Fetches and prepares what is missing; the second time all is in the cache. */
export async function preparedKafka(log: (line: string) => void): Promise<PreparedKafka> {
  const jars = await jarFolder(kafka41Jars, log);
  const java = await javaExecutable();
  const { mtimeMs, size } = await stat(java);
  // An archive is good for the very Java and the very jars (path and time) that it was made with.
  const key = createHash('sha256')
    .update(`${java} ${mtimeMs} ${size} ${jars} ${(await stat(jars)).mtimeMs}`)
    .digest('hex');
  const folder = join(await cacheSubfolder('prepared'), `${kafka41Jars.name}-${key.slice(0, 16)}`);
  const prepared = {
    jars,
    checkpointFile: join(folder, 'bootstrap.checkpoint'),
    archiveFile: join(folder, 'classes.jsa'),
  };
  if (await exists(folder)) return prepared;
  const onWait = (): void => log(`${kafka41Jars.name}: waiting for another process that prepares it`);
  await withLock(`${folder}.lock`, onWait, async () => {
    if (await exists(folder)) return;
    log(`${kafka41Jars.name}: preparing (once)`);
    const fresh = await mkdtemp(`${folder}.part-`);
    try {
      await prepare(jars, fresh);
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
  return prepared;
}

/** Formats and runs a throw-away broker, which writes the archive of its classes when it ends in order. */
async function prepare(jars: string, folder: string): Promise<void> {
  const work = join(folder, 'work');
  const logFolder = join(work, 'log');
  await mkdir(work);
  const [clientPort = 0, controllerPort = 0] = await freePorts(2);
  const node = { nodeId: 1, clientPort, controllerPort, proxy: undefined };
  const configFile = join(work, 'server.properties');
  await writeFile(configFile, propertiesText({ ...brokerProperties(node, [node]), 'log.dirs': logFolder }));
  await formatWithTool(jars, configFile, randomId(), []);
  await copyFile(join(logFolder, 'bootstrap.checkpoint'), join(folder, 'bootstrap.checkpoint'));
  const program = { jars, mainClass: 'kafka.Kafka', args: [configFile], heap: '512m', folder: work };
  const broker = new Server({
    name: 'the broker that prepares Kafka',
    launch: await javaLaunch({
      ...program,
      background: false,
      flags: [`-XX:ArchiveClassesAtExit=${join(folder, 'classes.jsa')}`],
    }),
    dataFolder: work,
    isReady: async (signal) => (await knownBrokers(clientPort, signal)).length === 1,
    startTimeoutMs: 90_000,
    stopSignal: 'SIGTERM',
    hasChildren: false,
    onProcess: () => undefined, // of no stack
  });
  try {
    await broker.start();
    await broker.kill('SIGTERM');
  } finally {
    await broker.close();
  }
  await rm(work, { recursive: true });
}

async function exists(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined;
}
