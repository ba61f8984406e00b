/** An answer other than success, as Connect words it: the HTTP status and the message of the error body. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;

  constructor(status: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
  }
}

/** Another worker has to do it. `target` is its advertised URL; undefined when no leader is known yet. */
export class NotLeader extends Error {
  override readonly name = 'NotLeader';
  readonly target: string | undefined;

  constructor(target: string | undefined) {
    super('this request belongs to another worker');
    this.target = target;
  }
}
