import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerProperties, type BrokerLayout } from './broker-properties.ts';
import { javaLaunch } from './java-launch.ts';
import { formatLogFolder, randomId } from './kafka-format.ts';
import { knownBrokers } from './kafka-metadata.ts';
import { preparedKafka, type PreparedKafka } from './prepared-kafka.ts';
import { freePorts } from './free-port.ts';
import { propertiesText } from './properties-text.ts';
import { Server, type ServerPlan } from './server.ts';
import type { StackContext } from './stack-context.ts';

export interface KafkaOptions {
  /** Lines of server.properties that are added or replace the stack's own. */
  readonly config?: Readonly<Record<string, string>>;
  /** Java heap of each broker, as in -Xmx; default `1g`. */
  readonly heap?: string;
  /**
   * One port per broker at which a proxy of the caller listens. Each broker then has a second listener (`proxyTarget`) that
   * tells its clients these ports, so that all their traffic goes through the proxy; direct clients are not concerned.
   */
  readonly proxyPorts?: readonly number[];
}

const START_TIMEOUT_MS = 90_000;

/** A running broker. */
export class KafkaBroker extends Server {
  readonly nodeId: number;
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Where a proxy has to connect to; undefined without `proxyPorts`. */
  readonly proxyTarget: number | undefined;

  constructor(plan: ServerPlan, layout: BrokerLayout) {
    super(plan);
    this.nodeId = layout.nodeId;
    this.port = layout.clientPort;
    this.proxyTarget = layout.proxy?.listenPort;
  }

  get bootstrap(): string {
    return `${this.host}:${this.port}`;
  }

  info(): Record<string, unknown> {
    return { bootstrap: this.bootstrap, pid: this.pid, dataFolder: this.dataFolder, logFile: this.logFile };
  }
}

/** Starts `count` combined brokers and controllers that form one cluster. */
export async function startBrokers(
  context: StackContext,
  name: string,
  count: number,
  options: KafkaOptions,
): Promise<KafkaBroker[]> {
  const kafka = await preparedKafka(context.log);
  const ports = await freePorts(count * 3);
  const nodes = Array.from({ length: count }, (_, index): BrokerLayout => {
    const proxyPort = options.proxyPorts?.[index];
    return {
      nodeId: index + 1,
      clientPort: ports[index * 3] ?? 0,
      controllerPort: ports[index * 3 + 1] ?? 0,
      proxy: proxyPort === undefined ? undefined : { listenPort: ports[index * 3 + 2] ?? 0, advertisedPort: proxyPort },
    };
  });
  const clusterId = randomId();
  const brokers = await Promise.all(
    nodes.map(async (node) => {
      const folder = join(context.folder, count === 1 ? name : `${name}-${node.nodeId}`);
      const logFolder = join(folder, 'log');
      await mkdir(folder, { recursive: true });
      const properties = { ...brokerProperties(node, nodes), 'log.dirs': logFolder, ...options.config };
      await writeFile(join(folder, 'server.properties'), propertiesText(properties));
      await formatLogFolder({ checkpointFile: kafka.checkpointFile, logFolder, nodeId: node.nodeId, clusterId });
      return await adoptBroker(context, { owner: name, folder, kafka, node, count, heap: options.heap ?? '1g' });
    }),
  );
  await Promise.all(brokers.map((broker) => broker.start()));
  return brokers;
}

export interface BrokerPlan {
  /** Name of the server or cluster in the stack. */
  readonly owner: string;
  /** Holds server.properties. */
  readonly folder: string;
  readonly kafka: PreparedKafka;
  readonly node: BrokerLayout;
  /** Brokers in the cluster. */
  readonly count: number;
  readonly heap: string;
}

/** A broker of the stack, prepared but not yet started. */
export async function adoptBroker(context: StackContext, plan: BrokerPlan): Promise<KafkaBroker> {
  const { node, owner } = plan;
  const name = plan.count === 1 ? owner : `${owner}/${node.nodeId}`;
  const launch = await javaLaunch({
    jars: plan.kafka.jars,
    flags: [`-XX:SharedArchiveFile=${plan.kafka.archiveFile}`],
    background: context.background,
    mainClass: 'kafka.Kafka',
    args: [join(plan.folder, 'server.properties')],
    heap: plan.heap,
    folder: plan.folder,
  });
  const server: ServerPlan = {
    name,
    launch,
    dataFolder: plan.folder,
    isReady: async (signal) => {
      const known = await knownBrokers(node.clientPort, signal);
      // A majority, not all: a broker comes back while another one is down.
      return known.includes(node.nodeId) && known.length > plan.count / 2;
    },
    startTimeoutMs: START_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    hasChildren: false,
    onProcess: (started) => context.record(owner, name, started.identity),
  };
  const broker = new KafkaBroker(server, node);
  context.adopt(owner, broker);
  return broker;
}
