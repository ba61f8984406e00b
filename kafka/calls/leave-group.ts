import { leaveGroupV4, leaveGroupV5 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** LeaveGroup (13), versions 4 and 5. */
const codecs = [leaveGroupV4.api, leaveGroupV5.api] as const;

export async function leaveGroup(coordinator: BrokerConnection, group: string, memberId: string): Promise<void> {
  const member = { memberId, groupInstanceId: null, reason: 'the worker stops' };
  await negotiated(coordinator, codecs).async(coordinator.connection, group, [member]);
}
