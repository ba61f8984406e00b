/** The session of a group member, on one monotonic clock in milliseconds. */
export interface SessionTimes {
  /** When the newest request that proved the membership was sent (not answered: the broker counts from in between). */
  readonly lastGoodAt: number;
  readonly sessionTimeoutMs: number;
}

/** True when the coordinator may have given this member up: a full session without proof. */
export function isSessionOver(now: number, { lastGoodAt, sessionTimeoutMs }: SessionTimes): boolean {
  return now - lastGoodAt > sessionTimeoutMs;
}

/**
 * Milliseconds until the timer of the heartbeats must run again: for the next beat, or earlier when the session ends before
 * that. Never negative: after a pause the next run is due at once.
 */
export function nextTickInMs(now: number, heartbeatIntervalMs: number, session: SessionTimes): number {
  // One millisecond later than the end, since the end itself still belongs to the session.
  const end = session.lastGoodAt + session.sessionTimeoutMs + 1 - now;
  return Math.max(0, Math.min(heartbeatIntervalMs, end));
}

/**
 * How long one heartbeat may take. A third of the session: a coordinator that does not answer has then two more chances, on a
 * new connection and maybe on another broker, before the session is over.
 */
export function heartbeatTimeoutMs(sessionTimeoutMs: number): number {
  return Math.max(1, Math.floor(sessionTimeoutMs / 3));
}

// Kafka answers a join up to this much after the rebalance timeout; Java's client allows 5 s, too (JOIN_GROUP_TIMEOUT_LAPSE).
const JOIN_LAPSE_MS = 5000;

/** How long the answer to a JoinGroup or SyncGroup may take. */
export function joinTimeoutMs(rebalanceTimeoutMs: number): number {
  return rebalanceTimeoutMs + JOIN_LAPSE_MS;
}

/** How long members with another protocol are waited for: a dead one is gone after its session. */
export function foreignProtocolLimitMs(sessionTimeoutMs: number): number {
  return sessionTimeoutMs + JOIN_LAPSE_MS;
}
