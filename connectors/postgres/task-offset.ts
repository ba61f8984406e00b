import type { SourceOffset } from '../change-batch.ts';
import type { TaskContext } from '../source-connector.ts';
import { Handover } from './handover.ts';
import { formatLsn, type Lsn } from './lsn.ts';
import { readOffset, sourcePartition, streamOffset, type StoredOffset } from './position/stored-offset.ts';
import type { SourceConfig } from './source-config.ts';
import { numbering, type StreamState } from './task-state.ts';

/** What is stored of where a task stands in its source, and the way to Kafka by which it is stored. */
export class TaskOffset {
  readonly #context: TaskContext;
  readonly #config: SourceConfig;
  #handover: Handover;
  #stored: StoredOffset = { state: 'none' };
  /** The offset as it was read, as long as it is where streaming begins. */
  #inherited: SourceOffset | undefined;
  /** Whether this life of the task has written an offset of streaming. */
  #isWritten = false;

  constructor(context: TaskContext, config: SourceConfig) {
    this.#context = context;
    this.#config = config;
    this.#handover = new Handover(context, 0n);
  }

  /** The one of now: another one once what was stored counts no longer. */
  get handover(): Handover {
    return this.#handover;
  }

  /** Where the next session goes on. */
  get stored(): StoredOffset {
    return this.#stored;
  }

  async read(): Promise<void> {
    const { context, config } = { context: this.#context, config: this.#config };
    const offset = await context.readOffset(sourcePartition(config.serverName));
    this.#stored = readOffset(offset, numbering(config));
    if (this.#stored.state === 'stream') this.#inherited = offset;
    if (offset?.['incremental_snapshot_collections'] !== undefined)
      context.log.warn(
        {},
        'an incremental snapshot of Debezium was not completed; it is not gone on with: send the signal again',
      );
    // What an offset says that Kafka holds is in Kafka.
    const durable = this.#stored.state === 'stream' ? this.#stored.start.done : 0n;
    this.#handover = new Handover(context, durable);
    context.log.info({ state: this.#stored.state, position: formatLsn(durable) }, 'read the stored offset');
  }

  /** From now on the next session goes on here. */
  move(stored: StoredOffset): void {
    this.#stored = stored;
  }

  /** A snapshot has ended with an offset of streaming. */
  completed(state: StreamState): void {
    this.#isWritten = true;
    this.#stored = state;
  }

  /** Streaming begins elsewhere than the offset that was read says. */
  leave(): void {
    this.#inherited = undefined;
  }

  /** Nothing of what is stored counts. */
  forget(): void {
    this.#stored = { state: 'none' };
    this.leave();
    this.#handover = new Handover(this.#context, 0n);
  }

  /** Settles when Kafka has it. */
  store(offset: SourceOffset, done: Lsn): Promise<void> {
    return this.#handover.store({ events: [], offsets: [this.#entry(offset)], bytes: 0 }, done);
  }

  /**
   * Streaming begins here. Once per life of the task, the offset that it starts from is written again: if a transaction of ours is
   * aborted soon, the newest committed record of the key is then still one that a reader of uncommitted records finds behind it.
   */
  async begin(state: StreamState): Promise<void> {
    this.#stored = state;
    if (this.#isWritten) return;
    this.#isWritten = true;
    const { done } = state.start;
    const boundary = { done, open: null, lsn: done, messageType: 'COMMIT', xid: null, timeMicros: null } as const;
    const written = { numbering: numbering(this.#config), run: state.run };
    const offset = this.#inherited ?? streamOffset(boundary, state.source, written);
    await this.#handover.emit({ events: [], offsets: [this.#entry(offset)], bytes: 0 }, done);
  }

  #entry(offset: SourceOffset) {
    return { partition: sourcePartition(this.#config.serverName), offset };
  }
}
