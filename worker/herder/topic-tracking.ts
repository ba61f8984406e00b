import type { TopicStatus } from '../../config-topics/records/topic-status-record.ts';
import { RestError } from './rest-error.ts';

/** The status topic, as far as topics are concerned. */
export interface TopicStatuses {
  topics(connector: string): readonly TopicStatus[];
  putTopic(status: TopicStatus): void;
  deleteTopics(connector: string): void;
}

export interface TopicTrackingParts {
  readonly statuses: TopicStatuses;
  /** Whether there is such a connector. */
  readonly exists: (connector: string) => boolean;
  /** topic.tracking.enable */
  readonly enabled: boolean;
  /** topic.tracking.allow.reset */
  readonly resetAllowed: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Which topics a connector has written to since it was created or reset (KIP-558): a topic is recorded once for each
 * connector, when Kafka has acknowledged its first record.
 */
export class TopicTracking {
  readonly #parts: TopicTrackingParts;

  constructor(parts: TopicTrackingParts) {
    this.#parts = parts;
  }

  /** A task on this worker has written to these topics. Of a connector that is gone nothing is recorded any more. */
  wrote(connector: string, task: number, topics: readonly string[]): void {
    const { statuses, exists, enabled, now } = this.#parts;
    if (!enabled || !exists(connector)) return;
    const known = new Set(statuses.topics(connector).map(({ topic }) => topic));
    for (const topic of topics)
      if (!known.has(topic)) statuses.putTopic({ topic, connector, task, discoveredAt: now() });
  }

  /** In the order of their names; none for a connector that does not exist. RestError 403 when nothing is tracked. */
  topics(connector: string): string[] {
    const { statuses, exists } = this.#parts;
    this.#requireEnabled();
    if (!exists(connector)) return [];
    return statuses
      .topics(connector)
      .map(({ topic }) => topic)
      .sort();
  }

  /** Forgets the topics; one that is written to afterwards is recorded anew. RestError 403 when that is not allowed. */
  reset(connector: string): void {
    this.#requireEnabled();
    if (!this.#parts.resetAllowed) throw new RestError(403, 'Topic tracking reset is disabled.');
    this.#parts.statuses.deleteTopics(connector);
  }

  #requireEnabled(): void {
    if (!this.#parts.enabled) throw new RestError(403, 'Topic tracking is disabled.');
  }
}
