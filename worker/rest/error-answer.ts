import { ConnectorError } from '../../errors/connector-error.ts';
import { RestError } from '../herder/rest-error.ts';
import { redactText } from '../redaction.ts';

/** Status and message of the error body. */
export interface ErrorAnswer {
  readonly status: number;
  readonly message: string;
  /** Not foreseen: to be logged with its stack. */
  readonly unexpected: boolean;
}

/** What express and its body reader throw: an Error with an HTTP status. */
function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? error.status : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How a failure reads to a client: status and a message without stack trace and without secrets. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof RestError) return { status: error.status, message: error.message, unexpected: false };
  if (error instanceof ConnectorError) {
    const message = redactText(`${error.code}: ${error.message} What to do: ${error.advice}`);
    // A configuration that can never work is the client's to correct; everything else is the state of a server.
    return { status: error.retry === 'never' ? 400 : 500, message, unexpected: error.code === 'INTERNAL' };
  }
  const status = httpStatus(error);
  if (status === 413)
    return { status, message: 'HTTP 413 Request Entity Too Large: the body is beyond 2 MiB', unexpected: false };
  if (status === 415) return { status, message: 'HTTP 415 Unsupported Media Type', unexpected: false };
  if (status !== undefined) return { status, message: redactText(textOf(error)), unexpected: false };
  return { status: 500, message: redactText(textOf(error)), unexpected: true };
}
