import { joinGroupV7, joinGroupV8, joinGroupV9, ResponseError } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** JoinGroup (11), versions 7 to 9. */
const codecs = [joinGroupV7.api, joinGroupV8.api, joinGroupV9.api] as const;

export interface JoinRequest {
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Empty at the first time. */
  readonly memberId: string;
  readonly protocolType: string;
  readonly protocol: string;
  readonly metadata: Buffer;
  readonly reason: string;
}

export interface Joined {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** With the leader only; empty for the others. */
  readonly members: readonly { readonly memberId: string; readonly metadata: Buffer }[];
}

// Kafka rejects a longer reason (GroupCoordinator, KIP-800).
const MAX_REASON = 255;

/** The broker holds the answer back until every member has joined, up to the rebalance timeout. */
export async function joinGroup(coordinator: BrokerConnection, request: JoinRequest): Promise<Joined> {
  const answer = await negotiated(coordinator, codecs).async(
    coordinator.connection,
    request.group,
    request.sessionTimeoutMs,
    request.rebalanceTimeoutMs,
    request.memberId,
    null,
    request.protocolType,
    [{ name: request.protocol, metadata: request.metadata }],
    request.reason.slice(0, MAX_REASON),
  );
  return {
    generation: answer.generationId,
    memberId: answer.memberId,
    leaderId: answer.leader,
    members: answer.members,
  };
}

/** The member id that the broker gives out with MEMBER_ID_REQUIRED (KIP-394); undefined for any other failure. */
export function givenMemberId(error: unknown): string | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  const response: unknown = error['response'];
  if (typeof response !== 'object' || response === null || !('memberId' in response)) return undefined;
  return typeof response.memberId === 'string' && response.memberId !== '' ? response.memberId : undefined;
}
