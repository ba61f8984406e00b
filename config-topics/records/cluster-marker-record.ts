import { z } from 'zod';
import { jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

/** One of few keys of our own in the config topic: Java workers log one error per unknown key while they start. */
export const CLUSTER_MARKER_KEY = 'millrace-cluster';

/** Which group the topic belongs to. */
export interface ClusterMarker {
  /** Kafka's own id of the cluster that the group lives in. */
  readonly clusterId: string;
  readonly groupId: string;
  /** Kafka's id of the topic of source offsets; undefined: not known yet. */
  readonly offsetTopicId?: string | undefined;
}

const shape = z.object({ 'cluster-id': z.string(), 'group-id': z.string(), 'offset-topic-id': z.string().optional() });

/** Key `millrace-cluster`, value `{"cluster-id":"…","group-id":"…","offset-topic-id":"…"}`. */
export function clusterMarkerRecord({ clusterId, groupId, offsetTopicId }: ClusterMarker): StoredRecord {
  const offsets = offsetTopicId === undefined ? '' : `,"offset-topic-id":${jsonString(offsetTopicId)}`;
  const value = `{"cluster-id":${jsonString(clusterId)},"group-id":${jsonString(groupId)}${offsets}}`;
  return { key: CLUSTER_MARKER_KEY, value: Buffer.from(value) };
}

export function decodeClusterMarker(value: unknown): ClusterMarker | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const offsetTopicId = data['offset-topic-id'];
  const marker = { clusterId: data['cluster-id'], groupId: data['group-id'] };
  return offsetTopicId === undefined ? marker : { ...marker, offsetTopicId };
}
