import type { ErrorCode } from '../../errors/catalogue.ts';

/**
 * What a partition's error code means for the batch that was sent: `done`: Kafka holds it; `again`: send the same bytes
 * again; `elsewhere`: the same, after looking up the leader anew; `split`: send its records in smaller batches; else
 * the catalogue's code with which the sender ends.
 */
export type ProduceVerdict = 'done' | 'again' | 'elsewhere' | 'split' | { readonly fatal: ErrorCode };

const verdicts = new Map<number, ProduceVerdict>([
  ...all('done', 0),
  // 46: the answer to an earlier attempt was lost; the batch is there.
  ...all('done', 46),
  ...all('elsewhere', 3, 5, 6, 8, 9, 56, 72, 74, 75, 78, 80, 100, 103),
  // −1: unknown to the broker itself; sending the same numbering again finds out. 7, 13, 19, 20: replicas. 14, 15, 16
  // and 51: the leader could not ask the transaction's coordinator. 2: damaged on its way. 89: quota.
  ...all('again', -1, 2, 7, 13, 14, 15, 16, 19, 20, 51, 89),
  ...all('split', 10, 18),
  ...all({ fatal: 'FENCED' }, 47, 90),
  // The broker lost or never had what this batch follows: whether earlier ones are there cannot be said any more.
  ...all({ fatal: 'PRODUCER_STATE_LOST' }, 45, 49, 59),
  ...all({ fatal: 'TRANSACTION_LOST' }, 48, 55, 120),
  ...all({ fatal: 'KAFKA_AUTHORIZATION' }, 29, 31, 53),
]);

function all(verdict: ProduceVerdict, ...codes: number[]): [number, ProduceVerdict][] {
  return codes.map((code) => [code, verdict]);
}

/** Codes as in the protocol guide, "Error Codes"; what is not listed there as retriable ends the sender. */
export function produceVerdict(errorCode: number): ProduceVerdict {
  return verdicts.get(errorCode) ?? { fatal: 'RECORD_REFUSED' };
}
