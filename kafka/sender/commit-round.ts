import type { ConnectorError } from '../../errors/connector-error.ts';

/**
 * What one commit ends: the records appended between two calls of `commit`. Knows which partitions they are in, how
 * many bytes they take, and when the last of their batches has been acknowledged.
 */
export class CommitRound<Queue = unknown> {
  /** Partitions with records of this round. */
  readonly queues = new Set<Queue>();
  /** Bytes of its records as appended. */
  bytes = 0;
  /** Those of them that Kafka has. */
  acknowledgedBytes = 0;
  /** Whether its batches may be sent: false while the transaction before it is being ended. */
  mayLeave: boolean;
  #unacknowledged = 0;
  #resolve: (() => void) | undefined;
  #reject: ((error: ConnectorError) => void) | undefined;

  constructor(mayLeave: boolean) {
    this.mayLeave = mayLeave;
  }

  sealed(batches: number): void {
    this.#unacknowledged += batches;
  }

  acknowledged(bytes: number): void {
    this.acknowledgedBytes += bytes;
    this.#unacknowledged -= 1;
    if (this.#unacknowledged === 0) this.#resolve?.();
  }

  /** Resolves when every batch sealed so far is acknowledged; rejects when the sender fails before. */
  async flushed(): Promise<void> {
    if (this.#unacknowledged === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  fail(error: ConnectorError): void {
    this.#reject?.(error);
  }
}
