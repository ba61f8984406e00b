import { z } from 'zod';
import { jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

/** The only key of our own in the config topic: Java workers log one error per unknown key while they start. */
export const CLUSTER_MARKER_KEY = 'millrace-cluster';

/** Which group the topic belongs to. */
export interface ClusterMarker {
  /** Kafka's own id of the cluster that the group lives in. */
  readonly clusterId: string;
  readonly groupId: string;
}

const shape = z.object({ 'cluster-id': z.string(), 'group-id': z.string() });

/** Key `millrace-cluster`, value `{"cluster-id":"…","group-id":"…"}`. */
export function clusterMarkerRecord({ clusterId, groupId }: ClusterMarker): StoredRecord {
  const value = `{"cluster-id":${jsonString(clusterId)},"group-id":${jsonString(groupId)}}`;
  return { key: CLUSTER_MARKER_KEY, value: Buffer.from(value) };
}

export function decodeClusterMarker(value: unknown): ClusterMarker | undefined {
  const { data } = shape.safeParse(value);
  return data === undefined ? undefined : { clusterId: data['cluster-id'], groupId: data['group-id'] };
}
