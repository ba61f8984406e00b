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
  /** The topic of source offsets, with Kafka's id of it; undefined: not known yet. */
  readonly offsetTopic?: { readonly name: string; readonly id: string } | undefined;
}

const shape = z.object({
  'cluster-id': z.string(),
  'group-id': z.string(),
  'offset-topic': z.string().optional(),
  'offset-topic-id': z.string().optional(),
});

/** Key `millrace-cluster`, value `{"cluster-id":"…","group-id":"…","offset-topic":"…","offset-topic-id":"…"}`. */
export function clusterMarkerRecord({ clusterId, groupId, offsetTopic }: ClusterMarker): StoredRecord {
  const offsets =
    offsetTopic === undefined
      ? ''
      : `,"offset-topic":${jsonString(offsetTopic.name)},"offset-topic-id":${jsonString(offsetTopic.id)}`;
  const value = `{"cluster-id":${jsonString(clusterId)},"group-id":${jsonString(groupId)}${offsets}}`;
  return { key: CLUSTER_MARKER_KEY, value: Buffer.from(value) };
}

export function decodeClusterMarker(value: unknown): ClusterMarker | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const { 'offset-topic': name, 'offset-topic-id': id } = data;
  const marker = { clusterId: data['cluster-id'], groupId: data['group-id'] };
  return name === undefined || id === undefined ? marker : { ...marker, offsetTopic: { name, id } };
}
