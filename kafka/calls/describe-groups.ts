import { describeGroupsV5 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** DescribeGroups (15), version 5, which Kafka has known since 2.4. */
const codecs = [describeGroupsV5.api] as const;

export interface GroupDescription {
  /** `Stable`, `PreparingRebalance`, `CompletingRebalance`, `Empty`, `Dead` (also: no such group). */
  readonly state: string;
  /** `connect`, `consumer`; empty without members. */
  readonly protocolType: string;
  /** The protocol that the members agreed on. */
  readonly protocol: string;
  readonly members: readonly GroupMemberDescription[];
}

interface GroupMemberDescription {
  readonly memberId: string;
  readonly clientId: string;
  /** Address from which it came, `/10.0.0.7`. */
  readonly clientHost: string;
}

export async function describeGroup(coordinator: BrokerConnection, group: string): Promise<GroupDescription> {
  const answer = await negotiated(coordinator, codecs).async(coordinator.connection, [group], false);
  const [found] = answer.groups;
  return {
    state: found?.groupState ?? 'Dead',
    protocolType: found?.protocolType ?? '',
    protocol: found?.protocolData ?? '',
    members: found?.members ?? [],
  };
}
