import { ConnectorError } from '../errors/connector-error.ts';
import { classify, kafkaErrorCodes, kafkaErrorText, isWorthRetrying } from './error-class.ts';
import { kafkaFailure } from './kafka-failure.ts';

// Kafka protocol guide, "Error Codes".
const ILLEGAL_GENERATION = 22;
const INCONSISTENT_GROUP_PROTOCOL = 23;
const INVALID_GROUP_ID = 24;
const UNKNOWN_MEMBER_ID = 25;
const INVALID_SESSION_TIMEOUT = 26;
const REBALANCE_IN_PROGRESS = 27;
const MEMBER_ID_REQUIRED = 79;
const FENCED_INSTANCE_ID = 82;

/**
 * What the failure of a group request means. `rebalance`: the membership is good, but everybody has to join again; `unknown
 * member`: the coordinator has given this member up; `old generation`: the group has gone on without it; `other protocol`: members
 * that speak something else are in the group; `coordinator`: look for it again; `retry`: nothing is known.
 */
export type GroupVerdict =
  | 'member id'
  | 'rebalance'
  | 'unknown member'
  | 'old generation'
  | 'other protocol'
  | 'coordinator'
  | 'retry'
  | ConnectorError;

const verdicts: ReadonlyMap<number, GroupVerdict> = new Map([
  [MEMBER_ID_REQUIRED, 'member id'],
  [REBALANCE_IN_PROGRESS, 'rebalance'],
  [UNKNOWN_MEMBER_ID, 'unknown member'],
  [FENCED_INSTANCE_ID, 'unknown member'],
  [ILLEGAL_GENERATION, 'old generation'],
  [INCONSISTENT_GROUP_PROTOCOL, 'other protocol'],
]);

export function groupVerdict(error: unknown, group: string, sessionTimeoutMs: number): GroupVerdict {
  const codes = kafkaErrorCodes(error);
  for (const code of codes) {
    const verdict = verdicts.get(code);
    if (verdict !== undefined) return verdict;
  }
  if (codes.includes(INVALID_SESSION_TIMEOUT))
    return new ConnectorError(
      'CONFIG_INVALID',
      `session.timeout.ms ${sessionTimeoutMs} is outside of what the brokers allow (group.min.session.timeout.ms to group.max.session.timeout.ms, 6000 to 1800000 unless changed)`,
      { cause: error },
    );
  if (codes.includes(INVALID_GROUP_ID))
    return new ConnectorError('CONFIG_INVALID', `group.id '${group}' is refused: ${kafkaErrorText(error)}`, {
      cause: error,
    });
  if (classify(error) === 'coordinator') return 'coordinator';
  return isWorthRetrying(error) ? 'retry' : kafkaFailure(error, `group ${group}`);
}
