import type { ClusterMarker } from '../config-topics/records/cluster-marker-record.ts';
import type { ForeignRecord } from '../config-topics/record-writer.ts';
import { ConnectorError } from '../errors/connector-error.ts';

export interface OffsetTopicCheck {
  readonly topic: string;
  /** As the config topic has it. */
  readonly marker: ClusterMarker | undefined;
  /** Kafka's id of the cluster that this worker is connected to. */
  readonly clusterId: string;
  /** Of the topic that is there; undefined: there is none. */
  readonly topicId: string | undefined;
}

/**
 * Throws GROUP_TOPICS_DIFFER when this worker is to keep source offsets elsewhere than its group, INTERNAL_TOPIC_LOST when their
 * topic is not the one that the cluster has used: with another one, or a new one, every connector would begin from nothing.
 */
export function checkOffsetTopic({ topic, marker, clusterId, topicId }: OffsetTopicCheck): void {
  const expected = marker?.offsetTopic;
  // In another Kafka (a mirror, a backup) all topics have other ids.
  if (expected === undefined || marker?.clusterId !== clusterId || topicId === expected.id) return;
  if (expected.name !== topic)
    throw new ConnectorError(
      'GROUP_TOPICS_DIFFER',
      `This worker is to keep source offsets in the topic '${topic}'; the group '${marker.groupId}' keeps them in '${expected.name}'`,
    );
  const found = topicId === undefined ? 'does not exist any more' : `is another one now (id ${topicId})`;
  throw new ConnectorError(
    'INTERNAL_TOPIC_LOST',
    `Topic '${topic}', which holds the source offsets of this cluster (id ${expected.id}), ${found}: its connectors would begin from nothing`,
  );
}

/** What a stranger's record means, in words. */
export function foreignText({ topic, group }: ForeignRecord, ownGroup: string): string {
  const who = group === undefined ? 'another program (a Java Connect worker, or a person)' : `the group '${group}'`;
  return `Topic '${topic}' of the group '${ownGroup}' is written to by ${who}`;
}
