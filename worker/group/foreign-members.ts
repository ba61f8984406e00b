import { isDeepStrictEqual } from 'node:util';
import type { JoinedMember } from '../../kafka/group-member.ts';
import { decodeMetadata, type GroupTopics } from './member-metadata.ts';

/**
 * Members of the group that keep their state in other topics than the leader, with the text that refuses them: they would run the
 * connectors of one cluster with the offsets of another. Members that do not say (of an earlier version) are taken in.
 */
export function foreignMembers(
  members: readonly JoinedMember[],
  own: GroupTopics | undefined,
): ReadonlyMap<string, string> {
  const refused = new Map<string, string>();
  if (own === undefined) return refused;
  for (const { memberId, metadata } of members) {
    const { topics, url } = decodeMetadata(metadata, memberId);
    if (topics !== undefined && !isDeepStrictEqual(topics, own))
      refused.set(
        memberId,
        `The worker ${url} keeps its state in ${namesOf(topics)}; the other workers of its group keep theirs in ${namesOf(own)}`,
      );
  }
  return refused;
}

function namesOf({ config, offset, status }: GroupTopics): string {
  return `the topics '${config}', '${offset}' and '${status}'`;
}
