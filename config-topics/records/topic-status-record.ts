import { z } from 'zod';
import { jsonString } from '../json-text.ts';
import type { StoredRecord } from './stored-record.ts';

const PREFIX = 'status-topic-';
const SEPARATOR = ':connector-';

/** That a connector has written to a topic since it was created or reset (KIP-558). */
export interface TopicStatus {
  readonly topic: string;
  readonly connector: string;
  /** The task that was first seen to do so. */
  readonly task: number;
  /** Milliseconds since 1970. */
  readonly discoveredAt: number;
}

const shape = z.object({
  topic: z.object({ name: z.string(), connector: z.string(), task: z.int(), discoverTimestamp: z.int() }),
});

/**
 * Key `status-topic-<topic>:connector-<n>`, value
 * `{"topic":{"name":"inv.public.items","connector":"inventory-pg","task":0,"discoverTimestamp":1767225600123}}`.
 */
export function topicStatusRecord({ topic, connector, task, discoveredAt }: TopicStatus): StoredRecord {
  const members = `"name":${jsonString(topic)},"connector":${jsonString(connector)},"task":${task},"discoverTimestamp":${discoveredAt}`;
  return { key: topicStatusKey(topic, connector), value: Buffer.from(`{"topic":{${members}}}`) };
}

export function topicStatusKey(topic: string, connector: string): string {
  return `${PREFIX}${topic}${SEPARATOR}${connector}`;
}

/** Topic names contain no colon, connector names may. */
export function topicStatusOfKey(key: string): { topic: string; connector: string } | undefined {
  const parts = /^status-topic-([^:]+):connector-(.+)$/s.exec(key);
  return parts?.[1] === undefined || parts[2] === undefined ? undefined : { topic: parts[1], connector: parts[2] };
}

export function decodeTopicStatus(value: unknown): TopicStatus | undefined {
  const { data } = shape.safeParse(value);
  if (data === undefined) return undefined;
  const { name: topic, connector, task, discoverTimestamp: discoveredAt } = data.topic;
  return { topic, connector, task, discoveredAt };
}
