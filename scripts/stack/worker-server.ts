import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { propertiesText } from './properties-text.ts';
import { Server, type ServerPlan } from './server.ts';
import type { StackContext } from './stack-context.ts';
import { StackError } from './stack-error.ts';

const START_TIMEOUT_MS = 30_000;

export interface WorkerOptions {
  /** Default: the stack's own kafka or kafka3. */
  readonly bootstrap?: string;
  /** Default `millrace`; workers with the same id and topics are one cluster. */
  readonly groupId?: string;
  /** Lines of the worker's properties that are added or replace the stack's own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Default `source`: the TypeScript of this checkout; `dist`: what `npm run build` made of it. */
  readonly from?: 'source' | 'dist';
  readonly env?: Readonly<Record<string, string>>;
}

/** A millrace worker of this checkout. Its task hosts are its own children and end with it. */
export class WorkerServer extends Server {
  readonly url: string;
  /** As statuses name it. */
  readonly workerId: string;

  constructor(plan: ServerPlan, port: number) {
    super(plan);
    this.url = `http://127.0.0.1:${port}`;
    this.workerId = `127.0.0.1:${port}`;
  }

  info(): Record<string, unknown> {
    return { url: this.url, pid: this.pid, dataFolder: this.dataFolder, logFile: this.logFile };
  }
}

/** Settings of a small cluster on one machine: topics without copies, schemas off so that a reader sees plain JSON. */
function settings(bootstrap: string, groupId: string, port: number): Readonly<Record<string, string>> {
  return {
    'bootstrap.servers': bootstrap,
    'group.id': groupId,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'config.storage.topic': `${groupId}-configs`,
    'config.storage.replication.factor': '-1',
    'offset.storage.topic': `${groupId}-offsets`,
    'offset.storage.replication.factor': '-1',
    'offset.storage.partitions': '5',
    'status.storage.topic': `${groupId}-status`,
    'status.storage.replication.factor': '-1',
    'status.storage.partitions': '3',
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
    'rest.advertised.port': String(port),
  };
}

export async function startWorker(context: StackContext, name: string, options: WorkerOptions): Promise<WorkerServer> {
  const bootstrap = options.bootstrap ?? context.infoOf(['kafka', 'kafka3', 'kafka27'])?.['bootstrap'];
  if (typeof bootstrap !== 'string') throw new StackError('a worker needs a Kafka: start kafka or kafka3 first');
  const port = await freePort();
  const folder = join(context.folder, name);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'worker.properties');
  const base = settings(bootstrap, options.groupId ?? 'millrace', port);
  await writeFile(file, propertiesText({ ...base, ...options.properties }));
  const main = options.from === 'dist' ? '../../dist/worker/main.js' : '../../worker/main.ts';
  const server = new WorkerServer(
    {
      name,
      launch: {
        command: process.execPath,
        args: [fileURLToPath(new URL(main, import.meta.url)), 'worker', file],
        folder,
        logFile: join(folder, 'worker.log'),
        env: options.env ?? {},
        background: context.background,
        endSignal: 'SIGKILL',
      },
      dataFolder: folder,
      isReady: async (signal) => (await fetch(`http://127.0.0.1:${port}/health`, { signal })).status === 200,
      startTimeoutMs: START_TIMEOUT_MS,
      stopSignal: 'SIGTERM',
      hasChildren: false,
      onProcess: (started) => context.record(name, name, started.identity),
    },
    port,
  );
  context.adopt(name, server);
  await server.start();
  return server;
}
