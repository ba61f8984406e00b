import { describeTopicConfig } from '../calls/describe-configs.ts';
import type { Cluster } from '../cluster.ts';
import { withDeadline } from './with-deadline.ts';

const PATIENCE_MS = 2000;

/**
 * The topic's max.message.bytes, for a message that names the limit; undefined when the brokers do not tell: this needs
 * a right (DESCRIBE_CONFIGS) that a producer need not have, and no answer names the limit by itself.
 */
export async function maxMessageBytes(cluster: Cluster, topic: string, life: AbortSignal): Promise<string | undefined> {
  try {
    return await withDeadline(performance.now() + PATIENCE_MS, life, async (signal) => {
      const config = await describeTopicConfig(await cluster.any({ signal }), topic);
      return config.get('max.message.bytes') ?? undefined;
    });
  } catch {
    return undefined; // the message is good enough without the number
  }
}
