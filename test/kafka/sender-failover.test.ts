import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaCluster } from '../../scripts/stack/kafka-cluster.ts';
import type { Cluster } from '../../kafka/cluster.ts';
import { servers } from '../support/servers.ts';
import { audit } from './sender-audit.ts';
import { chaosMilliseconds, reportChaos } from './sender-chaos-run.ts';
import { clusterOf, createTopics, topicName } from './sender-fixture.ts';
import { SenderLoad, type LoadOptions } from './sender-load.ts';

const REQUEST_TIMEOUT_MS = 1500;
const FROZEN_MS = 2.5 * REQUEST_TIMEOUT_MS;
const DOWN_MS = 3000;
const CALM_MS = 1000;

type Failure = (kafka: KafkaCluster, leader: number) => Promise<void>;

const failures: Readonly<Record<string, Failure>> = {
  'kills of the leader': async (kafka, leader) => {
    await kafka.broker(leader).kill('SIGKILL');
    await delay(DOWN_MS);
    await kafka.broker(leader).restart();
  },
  'a leader that freezes for longer than the request timeout': async (kafka, leader) => {
    await kafka.broker(leader).kill('SIGSTOP');
    await delay(FROZEN_MS);
    await kafka.broker(leader).kill('SIGCONT');
  },
};

describe('sender on three brokers', function () {
  this.timeout(3 * chaosMilliseconds() + 180_000);
  let kafka: KafkaCluster;

  before(async () => {
    kafka = await servers().stack.start('kafka3', { as: 'kafka3-sender', heap: '512m' });
  });

  after(async () => {
    for (const broker of kafka.brokers) await broker.close();
  });

  for (const [name, failure] of Object.entries(failures)) {
    for (const transactional of [false, true]) {
      const mode = transactional ? 'transactional' : 'idempotent';
      it(`loses, repeats and reorders nothing under ${name}, ${mode}`, async () => {
        const [topic, offsetsTopic] = [topicName(`failover-${mode}`), topicName('offsets')];
        await createTopics(kafka.bootstrap, { [topic]: 3, [offsetsTopic]: 1 });
        const cluster = clusterOf(kafka.bootstrap);
        try {
          const options = { cluster, topic, offsetsTopic, requestTimeoutMs: REQUEST_TIMEOUT_MS };
          await failingRun(`${name}, ${mode}`, kafka, failure, {
            ...options,
            transactionalId: transactional ? topic : undefined,
          });
        } finally {
          await cluster.close();
        }
      });
    }
  }
});

/** Writes while one leader after the other fails, then compares. */
async function failingRun(name: string, kafka: KafkaCluster, failure: Failure, options: LoadOptions): Promise<void> {
  const load = await SenderLoad.open(options);
  let over = false;
  const running = load.run(chaosMilliseconds()).finally(() => (over = true));
  const failed = failing(kafka, failure, options, () => over);
  const [versions, times] = await Promise.all([running, failed]);
  await load.close();
  const found = await audit(kafka.bootstrap, options.topic, versions);
  reportChaos(name, load, found, times);
  assert.ok(times > 0, 'no broker failed during the run');
  assert.deepEqual(found, { read: load.acknowledged, lost: 0, duplicated: 0, outOfOrder: 0 });
}

async function failing(
  kafka: KafkaCluster,
  failure: Failure,
  { cluster, topic }: LoadOptions,
  isOver: () => boolean,
): Promise<number> {
  let times = 0;
  await delay(CALM_MS);
  while (!isOver()) {
    await failure(kafka, await leaderOf(cluster, topic, times % 3));
    times += 1;
    await delay(CALM_MS);
  }
  return times;
}

async function leaderOf(cluster: Cluster, topic: string, partition: number): Promise<number> {
  const { partitions } = await cluster.topic(topic, { signal: AbortSignal.timeout(20_000), refresh: true });
  return partitions.get(partition)?.leader ?? -1;
}
