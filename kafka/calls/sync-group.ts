import { syncGroupV5 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** SyncGroup (14), version 5, which Kafka has known since 2.5. */
const codecs = [syncGroupV5.api] as const;

export interface SyncRequest {
  readonly group: string;
  readonly generation: number;
  readonly memberId: string;
  readonly protocolType: string;
  readonly protocol: string;
  /** From the leader: everybody's assignment; from others empty. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/** This member's assignment; the broker holds it back until the leader has sent them all. */
export async function syncGroup(coordinator: BrokerConnection, request: SyncRequest): Promise<Buffer> {
  const answer = await negotiated(coordinator, codecs).async(
    coordinator.connection,
    request.group,
    request.generation,
    request.memberId,
    null,
    request.protocolType,
    request.protocol,
    [...request.assignments].map(([memberId, assignment]) => ({ memberId, assignment })),
  );
  return answer.assignment;
}
