import { ConnectorError } from '../errors/connector-error.ts';
import type { Cluster } from '../kafka/cluster.ts';
import type { Sender } from '../kafka/sender/sender.ts';
import type { StoredRecord } from './records/stored-record.ts';
import { openStoreSender, writeRecords } from './store-sender.ts';
import { Turns } from './turns.ts';

export interface LeaderWriterOptions {
  readonly cluster: Cluster;
  readonly topic: string;
  /** The group of this worker. */
  readonly groupId: string;
  /** `connect-cluster-<group.id>`, as Connect's leaders have it: they fence each other and ours (KIP-618). */
  readonly transactionalId: string;
}

const CAN_BE_RETRIED =
  'Failed to write to config topic; this may be due to a transient error and the request can be safely retried';

/**
 * The leader's writes: each call is one transaction, and a leader that another one has replaced writes nothing more. After any
 * failure the claim is lost; it has to be made again by whoever knows that this worker still is the leader.
 */
export class LeaderWriter {
  readonly #options: LeaderWriterOptions;
  readonly #turns = new Turns();
  #sender: Sender | undefined;

  constructor(options: LeaderWriterOptions) {
    this.#options = options;
  }

  /**
   * Fences the leader before this one and ends its open transaction. Always anew: a claim of an earlier time as leader may
   * have been taken over since, which nobody tells.
   */
  claim(signal: AbortSignal): Promise<void> {
    return this.#turns.take(async () => {
      const { cluster, transactionalId } = this.#options;
      signal.throwIfAborted();
      await this.#discard();
      this.#sender = await openStoreSender({ cluster, transactionalId }, signal);
    });
  }

  /** Throws CONFIG_WRITE_FAILED. */
  write(records: readonly StoredRecord[], signal: AbortSignal): Promise<void> {
    return this.#turns.take(async () => {
      const sender = this.#sender;
      if (sender === undefined)
        throw new ConnectorError(
          'CONFIG_WRITE_FAILED',
          'Cannot write to the config topic without having claimed it as the leader',
        );
      try {
        const { topic, groupId } = this.#options;
        await writeRecords(sender, { topic, records, groupId }, signal);
      } catch (error) {
        await this.#discard();
        throw writeFailure(error);
      }
    });
  }

  release(): Promise<void> {
    return this.#turns.take(() => this.#discard());
  }

  /** Ends a write under way too. */
  async close(): Promise<void> {
    await this.#discard();
    await this.release();
  }

  async #discard(): Promise<void> {
    const sender = this.#sender;
    this.#sender = undefined;
    await sender?.close();
  }
}

function writeFailure(error: unknown): ConnectorError {
  const lasting = error instanceof ConnectorError && error.code !== 'FENCED' && error.retry !== 'automatic';
  const text = lasting ? `Failed to write to config topic: ${error.message}` : CAN_BE_RETRIED;
  return new ConnectorError('CONFIG_WRITE_FAILED', text, { cause: error });
}
