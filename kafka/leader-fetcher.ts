import { backOff } from './back-off.ts';
import { abortable } from './abortable.ts';
import { isUsable, type BrokerConnection } from './broker-connection.ts';
import { fetchRecords, type FetchedPartition, type FetchRequest } from './calls/fetch.ts';
import type { Isolation } from './calls/list-offsets.ts';
import type { Cluster } from './cluster.ts';

/** What a fetcher needs from the reader that it works for. */
export interface FetchDuty {
  readonly topic: string;
  readonly topicId: string;
  readonly isolation: Isolation;
  /** The partitions that this broker leads now, with the offsets to read from; empty: the fetcher has done its work. */
  offsets(nodeId: number): ReadonlyMap<number, bigint>;
  /** Takes an answer; true when everything in it was good. */
  take(request: ReadonlyMap<number, bigint>, fetched: readonly FetchedPartition[]): boolean;
  /** A fetch failed as a whole: throws when that is the end of the reading. */
  failed(error: unknown): void;
  /** So many fetches in a row were not good. */
  struggling(nodeId: number, failures: number): void;
}

// A tailing reader hears of a record at once, since the broker answers when one byte is there; the wait only sets how often
// an idle reader asks again.
const MAX_WAIT_MS = 500;
// Decoding runs on the event loop, beside heartbeats: 1 MiB takes about 10 ms.
const MAX_BYTES = 1 << 20;
// So that one partition with a long backlog does not fill every answer.
const PARTITION_MAX_BYTES = 1 << 19;
// A broker that does not answer for so long beyond the wait is stopped or gone, and another one may lead by now.
const ANSWER_TIMEOUT_MS = 10_000;

// Failed fetches in a row between two lines of log: about 10 s. The first comes after half of them: a change of leaders is no news.
const REPORT_EVERY = 10;

/**
 * Reads from one leader on a connection of its own (the broker holds fetches back, and with them all that comes after) until
 * it leads none of the partitions any more. Ends with the signal's reason when that aborts.
 */
export async function fetchFromLeader(
  cluster: Cluster,
  nodeId: number,
  duty: FetchDuty,
  signal: AbortSignal,
): Promise<void> {
  let leader: BrokerConnection | undefined;
  let failures = 0;
  try {
    for (let offsets = duty.offsets(nodeId); offsets.size > 0; offsets = duty.offsets(nodeId)) {
      let good = false;
      try {
        leader = await reopened(cluster, leader, nodeId, signal);
        good = duty.take(offsets, await abortable(fetchRecords(leader, requestOf(duty, offsets)), signal));
      } catch (error) {
        signal.throwIfAborted();
        duty.failed(error);
      }
      failures = good ? 0 : failures + 1;
      if (failures % REPORT_EVERY === REPORT_EVERY / 2) duty.struggling(nodeId, failures);
      if (!good) await backOff(failures, cluster.retryBackOff, signal);
    }
  } finally {
    if (leader !== undefined) cluster.release(leader);
  }
}

async function reopened(
  cluster: Cluster,
  leader: BrokerConnection | undefined,
  nodeId: number,
  signal: AbortSignal,
): Promise<BrokerConnection> {
  if (leader !== undefined) {
    if (isUsable(leader)) return leader;
    cluster.release(leader);
  }
  return await cluster.dedicated(nodeId, { requestTimeoutMs: MAX_WAIT_MS + ANSWER_TIMEOUT_MS, signal });
}

function requestOf({ topic, topicId, isolation }: FetchDuty, offsets: ReadonlyMap<number, bigint>): FetchRequest {
  return {
    topic,
    topicId,
    isolation,
    offsets,
    maxWaitMs: MAX_WAIT_MS,
    maxBytes: MAX_BYTES,
    partitionMaxBytes: PARTITION_MAX_BYTES,
  };
}
