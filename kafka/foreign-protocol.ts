import { ConnectorError } from '../errors/connector-error.ts';
import { Admin } from './admin.ts';
import type { GroupDescription } from './calls/describe-groups.ts';
import type { Cluster } from './cluster.ts';
import { kafkaErrorText } from './error-class.ts';

const DESCRIBE_LIMIT_MS = 5000;

export interface ForeignGroup {
  readonly cluster: Cluster;
  readonly group: string;
  /** The protocol that this member speaks. */
  readonly protocol: string;
}

/** KAFKA_GROUP_PROTOCOL with the members that are in the way, as far as the coordinator tells. */
export async function foreignProtocolFailure(
  { cluster, group, protocol }: ForeignGroup,
  cause: unknown,
  signal: AbortSignal,
): Promise<ConnectorError> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(DESCRIBE_LIMIT_MS)]);
  const found = await new Admin(cluster).describeGroup(group, limit).catch((error: unknown) => kafkaErrorText(error));
  return new ConnectorError('KAFKA_GROUP_PROTOCOL', foreignProtocolText(group, protocol, found), { cause });
}

/** `found` is a text when the group could not be described. */
export function foreignProtocolText(group: string, protocol: string, found: GroupDescription | string): string {
  const start = `Group ${group} has members that do not speak the protocol ${protocol}`;
  if (typeof found === 'string') return `${start}; who they are is not known (${found})`;
  const members = found.members.map(({ clientId, clientHost, memberId }) => {
    const name = clientId === '' ? memberId : clientId;
    return `${name} at ${clientHost.replace(/^\//, '')}`;
  });
  const spoken = [found.protocolType, found.protocol].filter((text) => text !== '').join('/');
  return `${start} but ${spoken === '' ? 'another one' : spoken}: ${members.join(', ')}`;
}
