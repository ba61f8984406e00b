import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

const POLL_MS = 200;
const PATIENCE_MS = 60_000;

/** Settles when the group has no members: the session of the last one that was killed has ended. */
export async function untilGroupIsEmpty(bootstrap: string, groupId: string): Promise<void> {
  const admin = new Kafka({ clientId: 'members', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const { groups } = await admin.describeGroups([groupId]);
      const members = groups.flatMap((group) => group.members);
      if (members.length === 0) return;
      if (performance.now() > end)
        throw new Error(`group ${groupId} still has ${members.map(({ clientId }) => clientId).join(', ')}`);
      await delay(POLL_MS);
    }
  } finally {
    await admin.disconnect();
  }
}
