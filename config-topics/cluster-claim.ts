import { ConnectorError } from '../errors/connector-error.ts';
import type { KafkaLog } from '../kafka/kafka-log.ts';
import type { ClusterMarker } from './records/cluster-marker-record.ts';

/** What the claim needs of the config topic. */
export interface MarkedTopic {
  /** The marker as the topic has it when the claim begins. */
  readonly marker: ClusterMarker | undefined;
  /** Writes a marker, reads the topic to its end and gives the markers found in it since the claim began, in order. */
  write(marker: ClusterMarker): Promise<readonly ClusterMarker[]>;
}

/**
 * Makes sure that the config topic belongs to this group: two groups would take each other's connectors for their own. The
 * marker is written only where there is none; of two groups that do so at the same time the one whose marker comes first has
 * the topic, and the other restores that marker. Throws GROUP_FOREIGN.
 */
export async function claimTopic(
  access: MarkedTopic,
  { topic, own, log }: { readonly topic: string; readonly own: ClusterMarker; readonly log: KafkaLog },
): Promise<void> {
  const found = access.marker ?? (await access.write(own))[0] ?? own;
  if (found.groupId !== own.groupId) {
    if (access.marker === undefined) await access.write(found);
    throw new ConnectorError(
      'GROUP_FOREIGN',
      `Topic '${topic}' holds the connectors of the group '${found.groupId}'; this worker belongs to the group '${own.groupId}'`,
    );
  }
  if (found.clusterId === own.clusterId) return;
  // The topic was copied to another Kafka (a mirror, a backup), and the group has moved with it.
  log.warn({ topic, from: found.clusterId, to: own.clusterId }, 'the config topic comes from another Kafka cluster');
  await access.write(own);
}
