import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from 'node:net';
import { freePorts } from './free-port.ts';
import { javaLaunch } from './java-launch.ts';
import { kafka27Jars } from './jar-sets.ts';
import { KafkaBroker, type KafkaOptions } from './kafka-broker.ts';
import { knownBrokers } from './kafka-metadata.ts';
import { jarFolder } from './maven-jars.ts';
import { propertiesText } from './properties-text.ts';
import { Server } from './server.ts';
import type { StackContext } from './stack-context.ts';

const START_TIMEOUT_MS = 60_000;
const ZOOKEEPER_HEAP = '256m';
const SIMPLE_LOGGER = {
  'org.slf4j.simpleLogger.showDateTime': 'true',
  'org.slf4j.simpleLogger.dateTimeFormat': 'HH:mm:ss.SSS',
};

/** The oldest supported broker: Kafka 2.7.2 with a ZooKeeper of its own, which is ended with it. */
export async function startLegacyKafka(
  context: StackContext,
  name: string,
  options: KafkaOptions,
): Promise<KafkaBroker> {
  const jars = await jarFolder(kafka27Jars, context.log);
  const [zookeeperPort = 0, clientPort = 0, listenPort = 0] = await freePorts(3);
  const zookeeper = await plannedZookeeper(context, name, jars, zookeeperPort);
  context.adopt(name, zookeeper);
  await zookeeper.start();

  const folder = join(context.folder, name);
  await mkdir(folder, { recursive: true });
  const proxyPort = options.proxyPorts?.[0];
  const proxy = proxyPort === undefined ? undefined : { listenPort, advertisedPort: proxyPort };
  const addresses = { zookeeperPort, clientPort, proxy };
  const properties = { ...legacyProperties(addresses), 'log.dirs': join(folder, 'log'), ...options.config };
  await writeFile(join(folder, 'server.properties'), propertiesText(properties));
  const launch = await javaLaunch({
    jars,
    background: context.background,
    mainClass: 'kafka.Kafka',
    args: [join(folder, 'server.properties')],
    heap: options.heap ?? '1g',
    systemProperties: SIMPLE_LOGGER,
    folder,
  });
  const broker = new KafkaBroker(
    {
      name,
      launch,
      dataFolder: folder,
      isReady: async (signal) => (await knownBrokers(clientPort, signal)).includes(1),
      startTimeoutMs: START_TIMEOUT_MS,
      stopSignal: 'SIGTERM',
      hasChildren: false,
      // After SIGKILL its name stays taken until its ZooKeeper session ends, and it does not wait for that.
      startsAgain: true,
      onProcess: (started) => context.record(name, name, started.identity),
    },
    { nodeId: 1, clientPort, controllerPort: 0, proxy },
  );
  context.adopt(name, broker);
  await broker.start();
  return broker;
}

async function plannedZookeeper(context: StackContext, owner: string, jars: string, port: number): Promise<Server> {
  const folder = join(context.folder, `${owner}-zookeeper`);
  const name = `${owner}/zookeeper`;
  await mkdir(folder, { recursive: true });
  const properties = {
    dataDir: join(folder, 'data'),
    clientPort: String(port),
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': 'false',
    tickTime: '1000',
    maxClientCnxns: '0',
  };
  await writeFile(join(folder, 'zookeeper.properties'), propertiesText(properties));
  const launch = await javaLaunch({
    jars,
    background: context.background,
    mainClass: 'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    args: [join(folder, 'zookeeper.properties')],
    heap: ZOOKEEPER_HEAP,
    systemProperties: SIMPLE_LOGGER,
    folder,
  });
  return new Server({
    name,
    launch,
    dataFolder: folder,
    isReady: () => accepts(port),
    startTimeoutMs: START_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    hasChildren: false,
    onProcess: (started) => context.record(owner, name, started.identity),
  });
}

interface LegacyAddresses {
  readonly zookeeperPort: number;
  readonly clientPort: number;
  readonly proxy: { readonly listenPort: number; readonly advertisedPort: number } | undefined;
}

function legacyProperties({ zookeeperPort, clientPort, proxy }: LegacyAddresses): Record<string, string> {
  const direct = `PLAINTEXT://127.0.0.1:${clientPort}`;
  const listening = proxy === undefined ? '' : `,PROXY://127.0.0.1:${proxy.listenPort}`;
  const advertised = proxy === undefined ? '' : `,PROXY://127.0.0.1:${proxy.advertisedPort}`;
  return {
    'broker.id': '1',
    'zookeeper.connect': `127.0.0.1:${zookeeperPort}`,
    // The default of 18 s is how long a killed broker's name stays taken in ZooKeeper.
    'zookeeper.session.timeout.ms': '4000',
    listeners: direct + listening,
    'advertised.listeners': direct + advertised,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXY:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'offsets.topic.num.partitions': '10',
    'transaction.state.log.num.partitions': '10',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '16777216',
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
