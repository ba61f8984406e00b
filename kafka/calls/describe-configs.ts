import { ConfigResourceTypes, describeConfigsV3, describeConfigsV4 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** DescribeConfigs (32), versions 3 and 4. */
const codecs = [describeConfigsV3.api, describeConfigsV4.api] as const;

/** The effective configuration of a topic, defaults included; null: a secret, or no value. */
export async function describeTopicConfig(
  broker: BrokerConnection,
  topic: string,
): Promise<ReadonlyMap<string, string | null>> {
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: null };
  const answer = await negotiated(broker, codecs).async(broker.connection, [resource], false, false);
  const entries = answer.results.flatMap(({ configs }) => configs);
  return new Map(entries.map(({ name, value }) => [name, value ?? null]));
}
