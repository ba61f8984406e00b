/** Why a task that is RUNNING counts as stalled. */
export type StallReason = 'not-acknowledged' | 'no-report';

export interface StallFacts {
  /** Milliseconds since the task began to run, or since Kafka last acknowledged something of it, if that is shorter. */
  readonly sinceProgressMs: number;
  /** Milliseconds since its host last reported, or since it began to run. */
  readonly sinceReportMs: number;
  /** Handed over by the source and not acknowledged by Kafka. */
  readonly pendingBytes: number;
  /** Between what Kafka holds and the end of the source's log; null: not known. */
  readonly lagBytes: number | null;
  /** Whether the end of the source's log has moved since the last acknowledgement. */
  readonly headMoved: boolean;
}

/**
 * Whether a running task makes no progress although there is something to do. Bytes behind the head alone do not say so: the
 * last page of an idle log may never be anybody's change, so the log must have moved since, or something must be under way.
 */
export function stallOf(facts: StallFacts, limitMs: number): StallReason | null {
  if (facts.sinceReportMs >= limitMs) return 'no-report';
  if (facts.sinceProgressMs < limitMs) return null;
  const sourceWaits = facts.headMoved && (facts.lagBytes ?? 0) > 0;
  return facts.pendingBytes > 0 || sourceWaits ? 'not-acknowledged' : null;
}
