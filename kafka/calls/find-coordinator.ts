import {
  findCoordinatorV3,
  findCoordinatorV4,
  findCoordinatorV5,
  findCoordinatorV6,
  ProtocolError,
} from '@platformatic/kafka';
import type { BrokerConnection, BrokerTarget } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** FindCoordinator (10), versions 3 to 6; the codec of version 3 takes the first key of the list. */
const codecs = [findCoordinatorV3.api, findCoordinatorV4.api, findCoordinatorV5.api, findCoordinatorV6.api] as const;

export type CoordinatorKind = 'group' | 'transaction';

/** The broker that coordinates a group id or a transactional id. */
export async function findCoordinator(
  broker: BrokerConnection,
  kind: CoordinatorKind,
  key: string,
): Promise<BrokerTarget> {
  const answer = await negotiated(broker, codecs).async(broker.connection, kind === 'group' ? 0 : 1, [key]);
  const [found] = answer.coordinators;
  if (found === undefined) throw new ProtocolError('COORDINATOR_NOT_AVAILABLE');
  return { nodeId: found.nodeId, host: found.host, port: found.port };
}
