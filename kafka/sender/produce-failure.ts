import type { ErrorCode } from '../../errors/catalogue.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { classify, kafkaErrorName, kafkaErrorText, type ErrorClass } from '../error-class.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { PartitionAnswer } from './produce-call.ts';
import type { SealedBatch } from './sealed-batch.ts';
import { named } from './too-large-record.ts';

/** One attempt without a definite answer. */
export interface Attempted {
  readonly queue: PartitionQueue;
  readonly batch: SealedBatch;
  readonly error: unknown;
}

const passing: ReadonlySet<ErrorClass> = new Set(['retriable', 'not-leader', 'unknown-topic', 'network', 'timeout']);

/** Whether the same attempt may succeed later. An unknown topic may: a broker that has just come back knows less. */
export function canPass(error: unknown): boolean {
  if (error instanceof ConnectorError) return error.retry === 'automatic' || error.code === 'KAFKA_UNKNOWN_TOPIC';
  return passing.has(classify(error));
}

/** The answer that ends the sender. */
export function refused(code: ErrorCode, queue: PartitionQueue, answer: PartitionAnswer): ConnectorError {
  const sentence = answer.message === null || answer.message === '' ? '' : `: ${answer.message}`;
  return new ConnectorError(code, `Records for ${named(queue)}: ${kafkaErrorName(answer.errorCode)}${sentence}`);
}

/** An answer without a word about a partition that was asked for. */
export function notMentioned(queue: PartitionQueue): ConnectorError {
  return new ConnectorError('KAFKA_UNREACHABLE', `Records for ${named(queue)}: the answer does not mention them`);
}

/** The end of a batch whose time is over. Whether Kafka holds it is not known. */
export function notInTime({ queue, error }: Attempted, deliveryTimeoutMs: number): ConnectorError {
  return new ConnectorError(
    'DELIVERY_TIMED_OUT',
    `Records for ${named(queue)} were not acknowledged within ${deliveryTimeoutMs} ms (delivery.timeout.ms); ` +
      `the last attempt: ${error instanceof ConnectorError ? error.message : kafkaErrorText(error)}`,
    { cause: error },
  );
}
