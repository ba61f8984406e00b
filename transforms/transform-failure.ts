import type { ErrorCode } from '../errors/catalogue.ts';
import { ConnectorError } from '../errors/connector-error.ts';

/** A transform of the chain that failed with a record; the message and the code are its own. */
export class TransformFailure extends ConnectorError {
  /** As `transforms` of the configuration names it. */
  readonly alias: string;
  /** Class of the transform, or of the predicate when that one failed. */
  readonly className: string;

  constructor(alias: string, className: string, cause: unknown) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const code: ErrorCode = cause instanceof ConnectorError ? cause.code : 'RECORD_NOT_TRANSFORMED';
    super(code, `transform '${alias}' (${className}): ${text}`, { cause });
    this.alias = alias;
    this.className = className;
  }
}
