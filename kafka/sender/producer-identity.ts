/**
 * Who a batch is from: Kafka numbers the batches of each of these, and takes them from the newest epoch of an id only.
 */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
