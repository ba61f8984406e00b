import { ProtocolError } from '@platformatic/kafka';
import { ConnectorError } from '../errors/connector-error.ts';
import type { FetchedPartition } from './calls/fetch.ts';
import { classify, isWorthRetrying } from './error-class.ts';
import { kafkaFailure } from './kafka-failure.ts';

const OFFSET_OUT_OF_RANGE = 1;
// "The server experienced an unexpected error": Kafka's own consumer tries again, too.
const UNKNOWN_SERVER_ERROR = -1;

/**
 * What the error code of a fetched partition means for a reader that wants every record: `good`; `look again`: refresh the
 * leaders and retry; an error: the reading is over.
 */
export function fetchVerdict(
  fetched: FetchedPartition,
  { topic, from }: { readonly topic: string; readonly from: bigint },
): 'good' | 'look again' | ConnectorError {
  const { errorCode, partitionIndex } = fetched;
  if (errorCode === 0) return 'good';
  if (errorCode === UNKNOWN_SERVER_ERROR) return 'look again';
  const where = `${topic}-${partitionIndex}`;
  const error = new ProtocolError(errorCode);
  if (errorCode === OFFSET_OUT_OF_RANGE)
    return new ConnectorError(
      'KAFKA_LOG_CHANGED',
      `Topic ${where} has no offset ${from} any more: it was truncated, or created again, while it was being read`,
      { cause: error },
    );
  // Whether an unknown topic is a fact or only news that has not reached the broker is for the look at the metadata to say.
  if (classify(error) === 'unknown-topic' || isWorthRetrying(error)) return 'look again';
  return kafkaFailure(error, `reading ${where}`);
}
