import type { ConnectorError } from '../errors/connector-error.ts';
import type { Cluster } from './cluster.ts';
import type { KafkaLog } from './kafka-log.ts';

/** The outcome of a rebalance for this member. */
export interface Assigned {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  readonly isLeader: boolean;
  /** What the leader's `assign` gave for this member. */
  readonly assignment: Buffer;
}

export interface JoinedMember {
  readonly memberId: string;
  readonly metadata: Buffer;
}

/** A request that was answered well. Times are milliseconds of CLOCK_MONOTONIC. */
export interface GroupAnswer {
  readonly call: 'join' | 'sync' | 'heartbeat';
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Called at once, in order, never after `leave`. An exception in one of them ends the membership (`onFailed`). */
export interface GroupMemberEvents {
  /** A rebalance is complete. Until the next one or a loss, the work is this. */
  onAssigned(assigned: Assigned): void;
  /** The membership was good at `at`: milliseconds of CLOCK_MONOTONIC, taken before the request was sent. */
  onHeartbeat(beat: { readonly generation: number; readonly at: number }): void;
  /** For measuring. A heartbeat that is told of a rebalance counts: it renews the session. */
  onAnswered?(answer: GroupAnswer): void;
  /** The group may have given this member's work to others: stop it at once. Comes before the next attempt to join. */
  onLost(reason: string): void;
  /** It will not try again. */
  onFailed(error: ConnectorError): void;
}

export interface GroupMemberOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly events: GroupMemberEvents;
  /**
   * What this member says of itself, asked for at every join. When one that is not the leader joins again with unchanged bytes,
   * the broker gives it its old assignment again without a rebalance.
   */
  readonly metadata: () => Buffer;
  /** The leader's decision: the assignment of every member. `leaderId` is this member. */
  readonly assign: (
    members: readonly JoinedMember[],
    generation: number,
    leaderId: string,
  ) => ReadonlyMap<string, Buffer> | Promise<ReadonlyMap<string, Buffer>>;
  /** Default `millrace-1`. */
  readonly protocol?: string;
  /** session.timeout.ms, default 10000. */
  readonly sessionTimeoutMs?: number;
  /** heartbeat.interval.ms, default 500. */
  readonly heartbeatIntervalMs?: number;
  /** rebalance.timeout.ms, default 60000. */
  readonly rebalanceTimeoutMs?: number;
  readonly log?: KafkaLog;
}
