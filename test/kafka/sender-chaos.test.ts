import assert from 'node:assert/strict';
import { ChaosProxy } from '../support/chaos-proxy.ts';
import { servers } from '../support/servers.ts';
import { audit } from './sender-audit.ts';
import { chaosMilliseconds, clusterOf, createTopics, reportChaos, topicName } from './sender-fixture.ts';
import { SenderLoad } from './sender-load.ts';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';

const CUT_ABOUT_MS = 500;

describe('sender under a proxy that cuts connections before, in and after requests', function () {
  this.timeout(chaosMilliseconds() + 120_000);
  let proxy: ChaosProxy;
  let kafka: KafkaBroker;

  before(async () => {
    proxy = await ChaosProxy.open();
    kafka = await servers().stack.start('kafka', { as: 'kafka-sender-proxy', proxyPorts: [proxy.port] });
    proxy.forwardTo(kafka.proxyTarget);
  });

  after(async () => {
    await proxy.close();
    await kafka.close();
  });

  for (const transactional of [false, true]) {
    const mode = transactional ? 'transactional' : 'idempotent';
    it(`loses, repeats and reorders nothing, ${mode}`, async () => {
      const [topic, offsetsTopic] = [topicName(`proxy-${mode}`), topicName('offsets')];
      await createTopics(kafka.bootstrap, { [topic]: 3, [offsetsTopic]: 1 });
      const cluster = clusterOf(`127.0.0.1:${proxy.port}`);
      try {
        const transactionalId = transactional ? topic : undefined;
        const load = await SenderLoad.open({ cluster, topic, offsetsTopic, transactionalId });
        proxy.cutAbout(CUT_ABOUT_MS);
        const versions = await load.run(chaosMilliseconds());
        proxy.calm();
        await load.close();
        const found = await audit(kafka.bootstrap, topic, versions);
        reportChaos(`proxy, ${mode}`, load, found, proxy.cuts);
        assert.deepEqual(found, { read: load.acknowledged, lost: 0, duplicated: 0, outOfOrder: 0 });
      } finally {
        proxy.calm();
        await cluster.close();
      }
    });
  }
});
