import type { ErrorDefinition } from '../error-definition.ts';

/** What can go wrong in kafka's part. */
export const kafkaCodes = {
  KAFKA_UNREACHABLE: {
    retry: 'automatic',
    advice:
      'No broker of bootstrap.servers gave the answer in time. Check that the brokers run, that the addresses they advertise can be reached from here, and the firewall between.',
  },
  KAFKA_AUTHENTICATION: {
    retry: 'after-help',
    advice:
      'The broker refused this client, or its certificate was not accepted. Check security.protocol, sasl.mechanism, sasl.jaas.config and the ssl.* settings (also under the prefixes producer. and admin.) against the listener of the broker.',
  },
  KAFKA_AUTHORIZATION: {
    retry: 'after-help',
    advice: 'Grant the operation that the message names to this client with an ACL, then restart.',
  },
  KAFKA_UNKNOWN_TOPIC: {
    retry: 'after-help',
    advice: 'Create the topic that the message names, or allow its creation with topic.creation settings.',
  },
  KAFKA_TOPIC_CREATION: {
    retry: 'after-help',
    advice:
      'The brokers did not create the topic. Correct the setting that the message names (replication factor, partitions, topic configuration), or create the topic by hand.',
  },
  KAFKA_READ_TIMEOUT: {
    retry: 'automatic',
    advice:
      'A topic was not read to its end in time. When the message speaks of an open transaction, look for a producer that hangs (kafka-transactions.sh find-hanging); else check the leader of the partition that it names.',
  },
  KAFKA_LOG_CHANGED: {
    retry: 'after-help',
    advice:
      'The topic was deleted, created again or truncated while it was being read, so what was read before no longer stands. Check who did it, then restart the worker.',
  },
  KAFKA_GROUP_PROTOCOL: {
    retry: 'after-help',
    advice:
      'Another kind of worker (for example a Java Connect worker) is a member of this group. Stop it, or choose another group.id.',
  },
  KAFKA_BROKER_TOO_OLD: {
    retry: 'after-help',
    advice: 'Kafka 2.7 is the oldest supported broker. Upgrade the broker that the message names.',
  },
  KAFKA_REFUSED: {
    retry: 'after-help',
    advice: 'The broker answered with the error in the message, and asking again would bring the same answer.',
  },
  FENCED: {
    retry: 'automatic',
    advice:
      'Another owner of the same transactional id took over, or the broker ended the transaction because it was open longer than transaction.timeout.ms. If it happens often, shorten commits or raise that time-out.',
  },
  DELIVERY_TIMED_OUT: {
    retry: 'automatic',
    advice:
      'Kafka did not acknowledge records within delivery.timeout.ms, so it is not known whether it holds them. The task starts again from its committed offsets. Check that the partition that the message names has a leader and enough in-sync replicas.',
  },
  PRODUCER_STATE_LOST: {
    retry: 'automatic',
    advice:
      'The broker no longer knows the numbering of this producer, for instance after it lost data or after transactional.id.expiration.ms. The task starts again from its committed offsets.',
  },
  TRANSACTION_LOST: {
    retry: 'automatic',
    advice:
      'The coordinator does not know the transaction that was to be continued. Nothing of it is visible; the task starts again from its committed offsets.',
  },
  RECORD_TOO_LARGE: {
    retry: 'after-help',
    advice:
      'Raise max.message.bytes of the topic that the message names (and max.request.size of the producer), or leave the large column out of the capture. Then restart the task: it goes on with this record. With errors.tolerance=all such records are skipped.',
  },
  RECORD_REFUSED: {
    retry: 'after-help',
    advice:
      'The broker does not take these records whatever is tried. Correct the setting of the topic or broker that the message names, then restart the task.',
  },
  SENDER_CLOSED: {
    retry: 'automatic',
    advice:
      'Nothing to do: the task ended while something was still being written; what was not committed is written again.',
  },
} as const satisfies Record<string, ErrorDefinition>;
