/** Addresses of one combined broker and controller. */
export interface BrokerLayout {
  readonly nodeId: number;
  readonly clientPort: number;
  readonly controllerPort: number;
  readonly proxy: { readonly listenPort: number; readonly advertisedPort: number } | undefined;
}

const LISTEN = '127.0.0.1';

/** server.properties of one node of a cluster, without log.dirs. */
export function brokerProperties(node: BrokerLayout, cluster: readonly BrokerLayout[]): Record<string, string> {
  const listeners = [`PLAINTEXT://${LISTEN}:${node.clientPort}`, `CONTROLLER://${LISTEN}:${node.controllerPort}`];
  const advertised = [`PLAINTEXT://${LISTEN}:${node.clientPort}`];
  if (node.proxy !== undefined) {
    listeners.push(`PROXY://${LISTEN}:${node.proxy.listenPort}`);
    advertised.push(`PROXY://${LISTEN}:${node.proxy.advertisedPort}`);
  }
  const replicas = String(Math.min(3, cluster.length));
  const inSync = cluster.length >= 3 ? '2' : '1';
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node.nodeId),
    'controller.quorum.voters': cluster.map((one) => `${one.nodeId}@${LISTEN}:${one.controllerPort}`).join(','),
    listeners: listeners.join(','),
    'advertised.listeners': advertised.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXY:PLAINTEXT',
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'unclean.leader.election.enable': 'false',
    // Fewer than Kafka's 50: the first group and the first transaction come sooner.
    'offsets.topic.num.partitions': '10',
    'transaction.state.log.num.partitions': '10',
    'group.initial.rebalance.delay.ms': '0',
    // 128 MB by default, more than a test's topics ever hold.
    'log.cleaner.dedupe.buffer.size': '16777216',
    ...quickFailOver,
  };
}

// Kafka's defaults are 9 s, 2 s and 30 s. A broker that was killed may register again only after its old session has ended,
// so the first decides how soon it is back; all of them, how soon a frozen one is fenced and leaves the in-sync replicas.
const quickFailOver = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'replica.lag.time.max.ms': '5000',
  'replica.fetch.wait.max.ms': '200',
};
