import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { createTopic } from '../../scripts/demo/create-topic.ts';
import { servers } from '../support/servers.ts';
import { CounterCluster, CounterWorker, patientMs, until } from './support/counter-cluster.ts';
import { Numbers } from './support/numbers.ts';

describe('the identity of a cluster', () => {
  let cluster: CounterCluster;
  const others: CounterWorker[] = [];

  beforeEach(async () => {
    cluster = await CounterCluster.start(1);
  });

  afterEach(async () => {
    for (const worker of others) if (worker.running) worker.kill('SIGKILL');
    for (const worker of others.splice(0)) await worker.ended();
    await cluster.close();
  });

  /** A worker that should not get in. */
  const stranger = async (more: Record<string, string>): Promise<CounterWorker> => {
    const worker = await CounterWorker.start(cluster.settings(more));
    others.push(worker);
    return worker;
  };
  const failure = (worker: CounterWorker): string =>
    JSON.stringify(worker.lines.filter(({ level }) => level === 'error'));

  const runsOn = async (worker: CounterWorker): Promise<boolean> => {
    const { body } = await worker.call('GET', '/connectors/a/tasks/0/status');
    return JSON.stringify(body).includes(`"state":"RUNNING","worker_id":"${worker.workerId}"`);
  };

  async function kafka<T>(work: (client: Kafka) => Promise<T>): Promise<T> {
    return work(new Kafka({ brokers: servers().kafka.bootstrap.split(','), logLevel: logLevel.NOTHING }));
  }
  const deleteTopic = (topic: string): Promise<void> =>
    kafka(async (client) => {
      const admin = client.admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    });

  it('refuses a second group on its topics, with the names of both', async () => {
    const worker = await stranger({ 'group.id': `${cluster.group}-other` });
    assert.equal(await worker.ended(), 1);
    assert.match(failure(worker), /GROUP_FOREIGN/);
    assert.ok(failure(worker).includes(`holds the connectors of the group '${cluster.group}'`), failure(worker));
  });

  it('refuses a worker of its group that keeps its state in other topics, and goes on', async () => {
    const numbers = await Numbers.open(cluster.topic('a'));
    await cluster.create('a');
    await numbers.more(20);
    const worker = await stranger({ 'offset.storage.topic': `${cluster.group}-others` });
    assert.equal(await worker.ended(), 1);
    assert.match(failure(worker), /GROUP_TOPICS_DIFFER/);
    assert.ok(
      failure(worker).includes(`'${cluster.group}-others'`) && failure(worker).includes(`'${cluster.group}-offsets'`),
    );
    await numbers.more(50);
    numbers.verify();
    await numbers.close();
  });

  it('reports records of another program in its topics once, and goes on', async () => {
    const worker = cluster.any;
    await kafka(async (client) => {
      const producer = client.producer();
      await producer.connect();
      for (let times = 0; times < 3; times += 1) {
        const value = '{"key":"c2VjcmV0","algorithm":"HmacSHA256","creation-timestamp":1767225600123}';
        await producer.send({ topic: `${cluster.group}-configs`, messages: [{ key: 'session-key', value }] });
      }
      await producer.disconnect();
    });
    await until(() => worker.said('is written to by another program').length > 0, patientMs, 'the report');
    await cluster.create('a');
    await cluster.owner('a');
    assert.equal(worker.said('is written to by another program').length, 1);
    assert.equal((await worker.call('GET', '/health')).status, 200);
  });

  it('notices that the topic of source offsets was created again: tasks fail, health says so, and a start is refused until it is accepted', async () => {
    const numbers = await Numbers.open(cluster.topic('a'));
    await cluster.create('a');
    await numbers.more(20);
    const worker = cluster.any;
    await deleteTopic(`${cluster.group}-offsets`);
    const again = (): Promise<boolean> =>
      createTopic(servers().kafka.bootstrap, `${cluster.group}-offsets`, 2, { 'cleanup.policy': 'compact' }).then(
        () => true,
        () => false, // the broker may still be deleting
      );
    await until(again, patientMs, 'the topic again');
    await until(async () => (await worker.call('GET', '/health')).status === 500, patientMs, 'bad health');
    assert.match(
      JSON.stringify((await worker.call('GET', '/health')).body),
      /INTERNAL_TOPIC_LOST.*offset\.storage\.topic/,
    );
    // A transaction that was open when the topic went fails for that first, before the worker knows of the topic.
    const isLost = ({ state, trace }: { state: string; trace?: string | undefined }): boolean =>
      state === 'FAILED' && trace?.startsWith('INTERNAL_TOPIC_LOST') === true;
    const hasLost = async (): Promise<boolean> => (await cluster.client.status('a'))?.tasks.some(isLost) === true;
    await until(hasLost, patientMs, 'the task that has failed for the topic');
    assert.equal(worker.lines.filter(({ code }) => code === 'INTERNAL_TOPIC_LOST' && code).length >= 1, true);
    worker.kill('SIGTERM');
    await worker.ended();
    const refused = await stranger({});
    assert.equal(await refused.ended(), 1);
    assert.match(failure(refused), /INTERNAL_TOPIC_LOST.*is another one now/);
    const accepting = await cluster.add({ 'internal.topics.accept.recreated': 'true' });
    await until(() => runsOn(accepting), patientMs, 'the task after the acceptance');
    accepting.kill('SIGTERM');
    await accepting.ended();
    const ordinary = await cluster.add();
    await until(() => runsOn(ordinary), patientMs, 'the task without it');
    await numbers.close();
  });

  it('notices that the config topic was deleted, and neither makes a new one nor stops its tasks', async () => {
    const numbers = await Numbers.open(cluster.topic('a'));
    await cluster.create('a');
    await numbers.more(20);
    const worker = cluster.any;
    await deleteTopic(`${cluster.group}-configs`);
    await until(async () => (await worker.call('GET', '/health')).status === 500, patientMs, 'bad health');
    const { body } = await worker.call('GET', '/health');
    assert.match(JSON.stringify(body), /INTERNAL_TOPIC_LOST.*was deleted.*config\.storage\.topic/);
    assert.ok(worker.running);
    await numbers.more(20);
    numbers.verify();
    await numbers.close();
  });

  it('does not create missing topics where that is not wanted', async () => {
    const worker = await stranger({
      'group.id': `${cluster.group}-strict`,
      'config.storage.topic': `${cluster.group}-none`,
      'internal.topics.automatic.creation.enable': 'false',
    });
    assert.equal(await worker.ended(), 1);
    assert.match(failure(worker), /STORE_TOPIC_MISSING/);
  });
});
