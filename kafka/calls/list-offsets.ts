import { listOffsetsV5, listOffsetsV6, listOffsetsV7, listOffsetsV8, listOffsetsV9 } from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { negotiated } from './negotiated.ts';

/** ListOffsets (2), versions 5 to 9. */
const codecs = [listOffsetsV5.api, listOffsetsV6.api, listOffsetsV7.api, listOffsetsV8.api, listOffsetsV9.api] as const;

export type Isolation = 'read_committed' | 'read_uncommitted';

export function isolationLevel(isolation: Isolation): 0 | 1 {
  return isolation === 'read_committed' ? 1 : 0;
}

export interface OffsetsRequest {
  readonly topic: string;
  readonly partitions: readonly number[];
  /** `end`: with read_uncommitted the high watermark, with read_committed the last stable offset. */
  readonly position: 'start' | 'end';
  readonly isolation: Isolation;
}

const timestamps = { start: -2n, end: -1n };
const ANY_LEADER_EPOCH = -1;
const NO_REPLICA = -1;

/** First or end offsets of partitions that this broker leads. */
export async function listOffsets(leader: BrokerConnection, request: OffsetsRequest): Promise<Map<number, bigint>> {
  const timestamp = timestamps[request.position];
  const partitions = request.partitions.map((partitionIndex) => ({
    partitionIndex,
    timestamp,
    currentLeaderEpoch: ANY_LEADER_EPOCH,
  }));
  const topics = [{ name: request.topic, partitions }];
  const level = isolationLevel(request.isolation);
  const answer = await negotiated(leader, codecs).async(leader.connection, NO_REPLICA, level, topics);
  return new Map(
    answer.topics.flatMap((topic) => topic.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
  );
}
