import assert from 'node:assert/strict';
import type { Cluster } from '../../kafka/cluster.ts';
import { recordOf } from '../../kafka/sender/encoded-record.ts';
import type { Sender, SenderOptions, TopicSender } from '../../kafka/sender/sender.ts';
import { servers } from '../support/servers.ts';
import { readToEnd } from './sender-audit.ts';
import { clusterOf, createTopics, openSender, topicName } from './sender-fixture.ts';

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

const LIMIT = 20_000;
const modes = [
  ['exactly-once', true],
  ['idempotent', false],
] as const;

interface Opened {
  readonly topic: string;
  readonly sender: Sender;
  readonly records: TopicSender;
  readonly offsets: TopicSender;
  /** What was told of records that were left out. */
  readonly leftOut: string[];
}

describe('records that are too large for Kafka, where they may be left out', () => {
  let cluster: Cluster;
  let sender: Sender | undefined;

  before(() => {
    cluster = clusterOf(servers().kafka.bootstrap);
  });

  afterEach(() => sender?.close());

  after(() => cluster.close());

  async function open(stem: string, transactional: boolean, options: Partial<SenderOptions> = {}): Promise<Opened> {
    const topic = topicName(stem);
    const [bootstrap, offsetsTopic] = [servers().kafka.bootstrap, `${topic}-offsets`];
    await createTopics(bootstrap, { [topic]: 1 }, { 'max.message.bytes': String(LIMIT) });
    await createTopics(bootstrap, { [offsetsTopic]: 1 }, { 'max.message.bytes': String(LIMIT) });
    const transactionalId = transactional ? topic : undefined;
    const opened = await openSender(cluster, { compression: 'none', transactionalId, ...options });
    sender = opened;
    const leftOut: string[] = [];
    const records = await opened.topic(topic, {
      signal: soon(),
      onTooLarge: ({ error, content }) =>
        leftOut.push(`${content().key?.toString() ?? 'null'}: ${error.message.replace(topic, 'T')}`),
    });
    return { topic, sender: opened, records, leftOut, offsets: await opened.topic(offsetsTopic, { signal: soon() }) };
  }

  async function valuesOf(topic: string): Promise<string[]> {
    const found: string[] = [];
    await readToEnd(servers().kafka.bootstrap, topic, ({ value }) => found.push(value?.toString() ?? 'null'));
    return found;
  }

  const append = (records: TopicSender, key: string, value: string): void =>
    records.append(recordOf(Buffer.from(key), Buffer.from(value)));

  for (const [mode, transactional] of modes)
    for (const compression of ['none', 'zstd'] as const)
      it(`lose themselves only: everything else is there once and in order, commit by commit (${mode}, ${compression})`, async () => {
        const {
          topic,
          sender: opened,
          records,
          offsets,
          leftOut,
        } = await open('left-out', transactional, { compression });
        const expected: string[] = [];
        const refused: string[] = [];
        for (let i = 0; i < 400; i += 1) {
          // The first and the last of a commit, several in a row, alone in a commit.
          if (i % 40 === 0 || i % 40 === 39 || i % 50 < 3 || (i >= 200 && i < 203)) {
            refused.push(`big-${i}`);
            append(records, `big-${i}`, noise(30_000 + i * 10));
          } else {
            expected.push(`${i} ${'x'.repeat(i)}`);
            append(records, `k${i % 7}`, `${i} ${'x'.repeat(i)}`);
          }
          if (i % 40 === 39 || (i >= 200 && i < 203))
            await opened.commit([{ topic: offsets, key: Buffer.from('at'), value: Buffer.from(String(i)) }]);
        }
        assert.deepEqual(await valuesOf(topic), expected);
        assert.deepEqual((await valuesOf(offsets.name)).slice(-2), ['359', '399']);
        assert.deepEqual(
          leftOut.map((text) => text.split(':')[0]),
          refused,
        );
        assert.match(
          leftOut[0] ?? '',
          /A record for topic T, partition 0 takes \d{5} bytes with compression (none|zstd), more than the topic's max.message.bytes of 20000/,
        );
        assert.equal(opened.pendingBytes, 0);
      });

  for (const [mode, transactional] of modes)
    for (const compression of ['none', 'zstd'] as const)
      it(`are not sent at all above max.request.size (${mode}, ${compression})`, async () => {
        const options = { compression, maxRequestBytes: 15_000 };
        const { topic, sender: opened, records, leftOut } = await open('above-request', transactional, options);
        append(records, 'big-1', noise(50_000));
        append(records, 'k', 'first');
        append(records, 'big-2', noise(50_000));
        append(records, 'k', 'second');
        await opened.commit([]);
        append(records, 'big-3', noise(50_000));
        await opened.commit([]);
        assert.deepEqual(await valuesOf(topic), ['first', 'second']);
        assert.equal(leftOut.length, 3);
        for (const text of leftOut) assert.match(text, /^big-\d: .* more than the max\.request\.size of 15000 bytes$/);
      });

  it('do not disturb a transaction that is aborted, nor the one behind it', async () => {
    const { topic, sender: opened, records, leftOut } = await open('aborted', true);
    append(records, 'k', 'dropped');
    append(records, 'big-1', noise(30_000));
    const aborted = opened.abort([]);
    append(records, 'big-2', noise(30_000));
    append(records, 'k', 'kept');
    await aborted;
    await opened.commit([]);
    assert.deepEqual(await valuesOf(topic), ['kept']);
    assert.equal(leftOut.length, 2);
  });

  for (const [mode, transactional] of modes)
    it(`are never offsets: a commit that cannot write one fails (${mode})`, async () => {
      const { topic, sender: opened, records, offsets } = await open('offsets', transactional);
      append(records, 'k', 'before');
      const commit = opened.commit([{ topic: offsets, key: Buffer.from('at'), value: Buffer.from(noise(30_000)) }]);
      await assert.rejects(commit, { code: 'RECORD_TOO_LARGE', message: new RegExp(`${topic}-offsets`) });
    });
});

/** Text that no codec makes much smaller. */
function noise(bytes: number): string {
  return crypto.getRandomValues(Buffer.alloc(bytes)).toString('base64').slice(0, bytes);
}
