import { ConnectorError } from '../../../errors/connector-error.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { TaskSignal } from '../../task-signal.ts';
import type { BlockingQueue } from '../blocking/blocking-queue.ts';
import type { StreamPause } from '../blocking/stream-pause.ts';
import type { IncrementalSnapshot } from '../incremental/incremental-snapshot.ts';
import type { SnapshotNews } from '../incremental/snapshot-news.ts';
import type { SnapshotQueue } from '../incremental/snapshot-queue.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { signalCommand, SignalError, type SignalCommand } from './signal-command.ts';
import { signalOf } from './signal-line.ts';

export interface SignalDeskParts {
  readonly queue: SnapshotQueue;
  readonly blocking: Pick<BlockingQueue, 'add'>;
  readonly pause: Pick<StreamPause, 'wake'>;
  /** Prepared transactions are delivered before they commit. */
  readonly isTwoPhase: boolean;
  readonly incremental: Pick<IncrementalSnapshot, 'wake' | 'dropChunks'>;
  readonly news: SnapshotNews;
  readonly notifier: Notifier;
  readonly log: TaskLog;
  /** Where the stream is, as JSON; for signals of the type `log`. */
  readonly place: () => string;
  /** Puts what has changed into Kafka, together with these offsets; settles when it is there. */
  readonly store: (offsets: ChangeBatch['offsets']) => Promise<void>;
}

// What was delivered of a prepared transaction no snapshot shows before it commits.
const TWO_PHASE = 'with millrace.two.phase there are no blocking snapshots; use "type": "incremental"';
const TOO_MANY = 'too many snapshots wait already; send the signal again when some are done';

/** Obeys signals, whatever way they come. One that cannot be obeyed is logged and told; it never stops the task. */
export class SignalDesk {
  readonly #parts: SignalDeskParts;

  constructor(parts: SignalDeskParts) {
    this.#parts = parts;
  }

  /** A signal in the stream of changes: what it changes is stored with the position behind it. */
  takeFromStream(signal: TaskSignal): void {
    this.#obey(signal, 'source');
  }

  /**
   * A signal from elsewhere; settles when Kafka holds what it has changed, and these offsets. Rejects with SIGNAL_INVALID when it
   * cannot be obeyed, which is stored, too.
   */
  async take(signal: TaskSignal, channel: string, offsets: ChangeBatch['offsets'] = []): Promise<void> {
    const refusal = this.#obey(signal, channel);
    await this.#parts.store(offsets);
    if (refusal !== undefined) throw new ConnectorError('SIGNAL_INVALID', refusal);
  }

  /** A signal as text, from where nobody waits for an answer. `name`: its id, if it has none of its own. */
  async takeText(
    text: string,
    {
      name,
      channel,
      offsets = [],
    }: { readonly name: string; readonly channel: string; readonly offsets?: ChangeBatch['offsets'] },
  ): Promise<void> {
    try {
      this.#obey(signalOf(text, name), channel);
    } catch (error) {
      if (!(error instanceof SignalError)) throw error;
      this.#refuse(error.message, { id: name, type: '' }, channel);
    }
    await this.#parts.store(offsets);
  }

  #refuse(reason: string, { id, type }: Pick<TaskSignal, 'id' | 'type'>, channel: string): void {
    const { log, notifier } = this.#parts;
    log.warn({ signal: id, type, channel, reason }, 'a signal cannot be obeyed');
    notifier.notify('Signal', 'REJECTED', { signal_type: type, channel, reason }, id);
  }

  /** Why it cannot be obeyed; undefined: it was. */
  #obey(signal: TaskSignal, channel: string): string | undefined {
    try {
      const command = signalCommand(signal);
      this.#parts.log.info({ signal: signal.id, type: signal.type, channel }, 'got a signal');
      this.#do(command, signal.id);
      return undefined;
    } catch (error) {
      if (!(error instanceof SignalError)) throw error;
      this.#refuse(error.message, signal, channel);
      return error.message;
    }
  }

  #do(command: SignalCommand, id: string): void {
    const { queue, blocking, pause, incremental, news, log, place } = this.#parts;
    switch (command.kind) {
      case 'log':
        log.info({ signal: id }, command.message.replaceAll('{}', place()));
        return;
      case 'execute':
        if (!queue.add(command.request)) throw new SignalError(TOO_MANY);
        incremental.wake();
        return;
      case 'block':
        if (this.#parts.isTwoPhase) throw new SignalError(TWO_PHASE);
        if (!blocking.add(command.request)) throw new SignalError(TOO_MANY);
        pause.wake();
        return;
      case 'stop': {
        const { stopped, current } = queue.stop(command.collections);
        if (stopped.length === 0) {
          log.warn({ signal: id }, 'there is no incremental snapshot, or none of these tables, that could be stopped');
          return;
        }
        if (current) incremental.dropChunks('it is no longer wanted');
        news.changed('ABORTED', stopped, id);
        incremental.wake();
        return;
      }
      case 'pause':
      case 'resume': {
        const pauses = command.kind === 'pause';
        if (queue.isPaused === pauses || (pauses && queue.isEmpty)) {
          log.warn({ signal: id }, `there is no incremental snapshot to ${command.kind}`);
          return;
        }
        queue.pause(pauses);
        // What was read ahead is not handed over after this; it is read again later.
        if (pauses) incremental.dropChunks('it is paused');
        news.changed(pauses ? 'PAUSED' : 'RESUMED', queue.names, id);
        incremental.wake();
        return;
      }
    }
  }
}
