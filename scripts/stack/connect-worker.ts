import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from './free-port.ts';
import { javaLaunch } from './java-launch.ts';
import { debeziumJars } from './jar-sets.ts';
import { jarFolder } from './maven-jars.ts';
import { preparedKafka } from './prepared-kafka.ts';
import { propertiesText } from './properties-text.ts';
import { Server, type ServerPlan } from './server.ts';
import type { StackContext } from './stack-context.ts';
import { StackError } from './stack-error.ts';

export interface ConnectOptions {
  /** Bootstrap servers; default: the Kafka of the same stack. */
  readonly bootstrap?: string;
  /** Consumer group of the worker, also the stem of its three topics; default `reference-connect`. */
  readonly groupId?: string;
  /** exactly.once.source.support; default `disabled`, as in Kafka Connect. */
  readonly exactlyOnce?: 'enabled' | 'preparing' | 'disabled';
  /** Java heap as in -Xmx; default `2g`. */
  readonly heap?: string;
  /** Worker configuration that is added or replaces the stack's own. */
  readonly config?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 120_000;
const KAFKA_KINDS = ['kafka', 'kafka3', 'kafka27'];

/** The reference worker (Kafka Connect) with Debezium's PostgreSQL connector. */
export class ConnectWorker extends Server {
  /** Address of its REST API. */
  readonly url: string;
  readonly groupId: string;
  readonly topics: { readonly config: string; readonly offset: string; readonly status: string };

  constructor(plan: ServerPlan, port: number, groupId: string) {
    super(plan);
    this.url = `http://127.0.0.1:${port}`;
    this.groupId = groupId;
    this.topics = topicNames(groupId);
  }

  info(): Record<string, unknown> {
    const { url, groupId, topics, pid, dataFolder, logFile } = this;
    return { url, groupId, topics, pid, dataFolder, logFile };
  }
}

export async function startConnect(
  context: StackContext,
  name: string,
  options: ConnectOptions,
): Promise<ConnectWorker> {
  const bootstrap = options.bootstrap ?? bootstrapOf(context);
  const kafka = await preparedKafka(context.log);
  const plugin = await jarFolder(debeziumJars, context.log);
  const folder = join(context.folder, name);
  // Connect takes each folder in the plug-in path for one plug-in; a link keeps the neighbours in the cache out.
  const plugins = join(folder, 'plugins');
  await mkdir(plugins, { recursive: true });
  await symlink(plugin, join(plugins, debeziumJars.name));
  const port = await freePort();
  const groupId = options.groupId ?? 'reference-connect';
  const topics = topicNames(groupId);
  const properties = {
    'bootstrap.servers': bootstrap,
    'group.id': groupId,
    listeners: `http://127.0.0.1:${port}`,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'config.storage.topic': topics.config,
    'offset.storage.topic': topics.offset,
    'status.storage.topic': topics.status,
    // -1: the broker's default, which is right for one broker and for three.
    'config.storage.replication.factor': '-1',
    'offset.storage.replication.factor': '-1',
    'status.storage.replication.factor': '-1',
    'exactly.once.source.support': options.exactlyOnce ?? 'disabled',
    'connector.client.config.override.policy': 'All',
    'plugin.path': plugins,
    // The plug-in has service files; scanning every class of it takes seconds more.
    'plugin.discovery': 'service_load',
    ...options.config,
  };
  await writeFile(join(folder, 'worker.properties'), propertiesText(properties));
  const launch = await javaLaunch({
    jars: kafka.jars,
    flags: [`-XX:SharedArchiveFile=${kafka.archiveFile}`], // of the broker, with which it shares the client classes
    background: context.background,
    mainClass: 'org.apache.kafka.connect.cli.ConnectDistributed',
    args: [join(folder, 'worker.properties')],
    heap: options.heap ?? '2g',
    folder,
  });
  const worker: ConnectWorker = new ConnectWorker(
    {
      name,
      launch,
      dataFolder: folder,
      isReady: (signal) => answersRest(worker.url, signal),
      startTimeoutMs: START_TIMEOUT_MS,
      stopSignal: 'SIGTERM',
      hasChildren: false,
      onProcess: (started) => context.record(name, name, started.identity),
    },
    port,
    groupId,
  );
  context.adopt(name, worker);
  await worker.start();
  return worker;
}

function bootstrapOf(context: StackContext): string {
  const info = z.object({ bootstrap: z.string() }).safeParse(context.infoOf(KAFKA_KINDS));
  if (info.success) return info.data.bootstrap;
  throw new StackError('connect needs a Kafka in the same stack; start it first, for instance: up kafka connect');
}

function topicNames(groupId: string): { config: string; offset: string; status: string } {
  return { config: `${groupId}-configs`, offset: `${groupId}-offsets`, status: `${groupId}-status` };
}

/** GET /connectors is answered only after the worker has read its topics and joined its group. */
async function answersRest(url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(`${url}/connectors`, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) });
  await response.arrayBuffer();
  return response.ok;
}
