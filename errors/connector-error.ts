import { catalogue, type ErrorCode } from './catalogue.ts';
import type { Retry } from './error-definition.ts';

/**
 * The only error that crosses module borders: a code from the catalogue, a message that says what is wrong and where, and
 * the cause. The message never holds a secret: it reaches logs, REST answers and the status topic.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  get retry(): Retry {
    return catalogue[this.code].retry;
  }

  get advice(): string {
    return catalogue[this.code].advice;
  }

  /** The error itself when it already is one; anything else wrapped with the given code, message kept, cause kept. */
  static from(error: unknown, code: ErrorCode, where: string): ConnectorError {
    if (error instanceof ConnectorError) return error;
    const text = error instanceof Error ? error.message : String(error);
    return new ConnectorError(code, `${where}: ${text}`, { cause: error });
  }
}
