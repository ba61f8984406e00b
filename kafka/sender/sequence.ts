const SEQUENCES = 2 ** 31;

/**
 * The sequence number `count` records after this one. Sequence numbers are 31 bits wide and go on with 0 after 2^31 − 1
 * (DefaultRecordBatch.incrementSequence of Apache Kafka), also in the middle of a batch.
 */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES;
}
