import { heartbeatV4 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** Heartbeat (12), version 4, which Kafka has known since 2.4. */
const codecs = [heartbeatV4.api] as const;

export interface Membership {
  readonly group: string;
  readonly generation: number;
  readonly memberId: string;
}

/** Resolves when the membership is good; a rebalance is an error (REBALANCE_IN_PROGRESS) although the session is renewed. */
export async function heartbeat(
  coordinator: BrokerConnection,
  { group, generation, memberId }: Membership,
): Promise<void> {
  await negotiated(coordinator, codecs).async(coordinator.connection, group, generation, memberId, null);
}
