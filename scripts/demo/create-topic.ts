import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';

/** Of the metadata of a topic that was just created, as long as not every broker has heard of it. */
const PASSING: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);
const TRIES = 100;
const BETWEEN_MS = 100;

/** Creates a topic through another client than the one under test. `replicas`: -1: as many as is the brokers' default. */
export async function createTopic(
  bootstrap: string,
  topic: string,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
  replicas = 1,
): Promise<void> {
  const admin = new Kafka({ clientId: 'set-up', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
        },
      ],
      waitForLeaders: false,
    });
    await untilKnown(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

/** kafkajs' own waiting takes the answer of a broker that has not heard of the topic yet for a failure. */
async function untilKnown(admin: Admin, topic: string): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await admin.fetchTopicMetadata({ topics: [topic] });
      return;
    } catch (error) {
      if (!isPassing(error) || tries === TRIES) throw error;
      await delay(BETWEEN_MS);
    }
}

/** kafkajs gives up by itself after some tries, with the broker's answer as the cause. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOne = 'type' in error && typeof error.type === 'string' && PASSING.has(error.type);
  return isOne || isPassing(error.cause);
}
