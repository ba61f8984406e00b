import {
  fetchV12,
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
  ProtocolError,
  type RecordsBatch,
} from '@platformatic/kafka';
import type { BrokerConnection } from '../broker-connection.ts';
import { isolationLevel, type Isolation } from './list-offsets.ts';
import { negotiated } from './negotiated.ts';
import { partialAnswer } from './partial-answer.ts';

/** Fetch (1), versions 12 to 17. */
const codecs = [fetchV12.api, fetchV13.api, fetchV14.api, fetchV15.api, fetchV16.api, fetchV17.api] as const;

// From here on the request names topics by id; below, the codec takes the name in the same field.
const FIRST_WITH_TOPIC_ID = 13;

export interface FetchRequest {
  readonly topic: string;
  readonly topicId: string;
  /** Partition → first offset wanted. */
  readonly offsets: ReadonlyMap<number, bigint>;
  readonly isolation: Isolation;
  /** How long the broker may hold back an answer without records. */
  readonly maxWaitMs: number;
  /** Bytes of the whole answer; one batch always comes whole, however large. */
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
}

export interface FetchedPartition {
  readonly partitionIndex: number;
  /** Not zero: the partition has no batches, the others may. */
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly batches: readonly RecordsBatch[];
  readonly aborted: readonly AbortedTransaction[];
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

const NO_SESSION = { id: 0, epoch: -1 };
const MIN_BYTES = 1;

/** One fetch, without a fetch session. Errors of single partitions are in the answer, not thrown. */
export async function fetchRecords(leader: BrokerConnection, request: FetchRequest): Promise<FetchedPartition[]> {
  const codec = negotiated(leader, codecs);
  const partitions = [...request.offsets].map(([partition, fetchOffset]) => ({
    partition,
    fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    partitionMaxBytes: request.partitionMaxBytes,
  }));
  const topicId = codec.version >= FIRST_WITH_TOPIC_ID ? request.topicId : request.topic;
  const answer = await partialAnswer(
    codec.async(
      leader.connection,
      request.maxWaitMs,
      MIN_BYTES,
      request.maxBytes,
      isolationLevel(request.isolation),
      NO_SESSION.id,
      NO_SESSION.epoch,
      [{ topicId, partitions }],
      [],
      '',
    ),
  );
  if (answer.errorCode !== 0) throw new ProtocolError(answer.errorCode);
  return answer.responses.flatMap((topic) =>
    topic.partitions.map((found) => ({
      partitionIndex: found.partitionIndex,
      errorCode: found.errorCode,
      highWatermark: found.highWatermark,
      lastStableOffset: found.lastStableOffset,
      batches: found.records ?? [],
      aborted: found.abortedTransactions ?? [],
    })),
  );
}
