import type { ErrorCode } from '../errors/catalogue.ts';
import { ConnectorError } from '../errors/connector-error.ts';
import { classify, kafkaErrorText, type ErrorClass } from './error-class.ts';

const codeOf: Readonly<Record<ErrorClass, ErrorCode>> = {
  authentication: 'KAFKA_AUTHENTICATION',
  authorization: 'KAFKA_AUTHORIZATION',
  'unknown-topic': 'KAFKA_UNKNOWN_TOPIC',
  network: 'KAFKA_UNREACHABLE',
  timeout: 'KAFKA_UNREACHABLE',
  retriable: 'KAFKA_UNREACHABLE',
  'not-leader': 'KAFKA_UNREACHABLE',
  coordinator: 'KAFKA_UNREACHABLE',
  fenced: 'KAFKA_REFUSED',
  sequence: 'KAFKA_REFUSED',
  'too-large': 'KAFKA_REFUSED',
  fatal: 'KAFKA_REFUSED',
};

/** The failure of a Kafka call as the error that may cross module borders. `where` says what was asked of whom. */
export function kafkaFailure(error: unknown, where: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError(codeOf[classify(error)], `${where}: ${kafkaErrorText(error)}`, { cause: error });
}

/** The end of a call whose deadline passed: the signal's reason when somebody aborted it, else what failed last. */
export function deadlineFailure(signal: AbortSignal, where: string, last: unknown): unknown {
  const reason: unknown = signal.reason;
  if (!(reason instanceof Error) || reason.name !== 'TimeoutError') return reason;
  const detail = last === undefined ? 'no answer' : kafkaErrorText(last);
  return new ConnectorError('KAFKA_UNREACHABLE', `${where}: not done in time; ${detail}`, { cause: last ?? reason });
}
