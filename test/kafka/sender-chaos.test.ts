import assert from 'node:assert/strict';
import { KafkaProxy } from '../../scripts/chaos/kafka-proxy.ts';
import { servers } from '../support/servers.ts';
import { audit } from './sender-audit.ts';
import { chaosMilliseconds, reportChaos } from './sender-chaos-run.ts';
import { clusterOf, createTopics, topicName } from './sender-fixture.ts';
import { SenderLoad } from './sender-load.ts';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';

const CUT_ABOUT_MS = 500;

describe('sender under a proxy that cuts connections before, in and after requests', function () {
  this.timeout(3 * chaosMilliseconds() + 180_000);
  let proxy: KafkaProxy;
  let kafka: KafkaBroker;

  before(async () => {
    proxy = await KafkaProxy.open();
    kafka = await servers().stack.start('kafka', { as: 'kafka-sender-proxy', proxyPorts: [proxy.port] });
    proxy.forwardTo(kafka.proxyTarget);
  });

  after(async () => {
    await proxy.close();
    await kafka.close();
  });

  // gzip is compressed by other threads, so batches become ready out of turn.
  for (const { mode, compression } of [
    { mode: 'idempotent', compression: 'gzip' },
    { mode: 'transactional', compression: 'gzip' },
    { mode: 'transactional', compression: 'zstd' },
  ] as const) {
    it(`loses, repeats and reorders nothing, ${mode}, ${compression}`, async () => {
      const [topic, offsetsTopic] = [topicName(`proxy-${mode}`), topicName('offsets')];
      await createTopics(kafka.bootstrap, { [topic]: 12, [offsetsTopic]: 1 });
      const cluster = clusterOf(`127.0.0.1:${proxy.port}`);
      try {
        const transactionalId = mode === 'transactional' ? topic : undefined;
        const load = await SenderLoad.open({
          cluster,
          topic,
          offsetsTopic,
          transactionalId,
          compression,
          aheadBytes: 4_000_000,
        });
        proxy.cutAbout(CUT_ABOUT_MS);
        const versions = await load.run(chaosMilliseconds());
        proxy.calm();
        await load.close();
        const found = await audit(kafka.bootstrap, topic, versions);
        reportChaos(`proxy, ${mode}, ${compression}`, load, found, proxy.takeCuts());
        assert.deepEqual(found, { read: load.acknowledged, lost: 0, duplicated: 0, outOfOrder: 0 });
      } finally {
        proxy.calm();
        await cluster.close();
      }
    });
  }
});
