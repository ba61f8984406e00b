import { ConnectorError } from '../../errors/connector-error.ts';
import { classify, kafkaErrorCodes } from '../error-class.ts';
import { kafkaFailure } from '../kafka-failure.ts';

/**
 * What ended the sender as the error that crosses the border: Kafka's failures by their class, anything else as
 * INTERNAL.
 */
export function senderFailure(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (kafkaErrorCodes(error).length > 0 || classify(error) !== 'fatal') return kafkaFailure(error, 'Writing to Kafka');
  return ConnectorError.from(error, 'INTERNAL', 'Writing to Kafka');
}
