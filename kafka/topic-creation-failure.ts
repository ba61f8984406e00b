import { ConnectorError } from '../errors/connector-error.ts';
import type { NewTopic } from './calls/create-topics.ts';
import { kafkaErrorCodes, kafkaErrorText } from './error-class.ts';
import { kafkaFailure } from './kafka-failure.ts';

// Kafka protocol guide, "Error Codes".
const TOPIC_AUTHORIZATION_FAILED = 29;
const CLUSTER_AUTHORIZATION_FAILED = 31;
const INVALID_REPLICATION_FACTOR = 38;
const refusals = new Set([17, 37, 38, 39, 40, 42, 44]); // name, partitions, replication, assignment, configuration, request, policy

/** Why a topic was not created, in words that name the setting to change. */
export function topicCreationFailure(error: unknown, topic: NewTopic, brokers: number): ConnectorError {
  const codes = kafkaErrorCodes(error);
  const text = kafkaErrorText(error);
  if (codes.includes(TOPIC_AUTHORIZATION_FAILED) || codes.includes(CLUSTER_AUTHORIZATION_FAILED))
    return new ConnectorError(
      'KAFKA_AUTHORIZATION',
      `Topic ${topic.name} may not be created by this client: it needs the operation CREATE on the topic or the cluster (${text})`,
      { cause: error },
    );
  if (codes.includes(INVALID_REPLICATION_FACTOR))
    return new ConnectorError(
      'KAFKA_TOPIC_CREATION',
      `Topic ${topic.name} cannot have replication factor ${topic.replicationFactor}: the cluster has ${brokers} ` +
        `${brokers === 1 ? 'broker' : 'brokers'} (${text})`,
      { cause: error },
    );
  if (codes.some((code) => refusals.has(code)))
    return new ConnectorError('KAFKA_TOPIC_CREATION', `Topic ${topic.name} was not created: ${text}`, { cause: error });
  return kafkaFailure(error, `creation of topic ${topic.name}`);
}
