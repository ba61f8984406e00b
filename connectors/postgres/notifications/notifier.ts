import { randomUUID } from 'node:crypto';
import type { RecordEvent } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import { notificationRecord, type Notification } from './notification.ts';

export interface NotifierOptions {
  /** Name of the source. */
  readonly server: string;
  readonly channels: readonly string[];
  /** Topic of the channel `sink`. */
  readonly topic: string | null;
  readonly log: TaskLog;
}

/** Not sent because nothing else was, for so many: somebody has lost them by then. */
const MOST_WAITING = 1000;

/** Tells what happens to snapshots and signals on the channels that are enabled; without any it costs nothing. */
export class Notifier {
  readonly #options: NotifierOptions;
  #waiting: RecordEvent[] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  get isEnabled(): boolean {
    return this.#options.channels.length > 0;
  }

  /** `id`: of the signal that it is about; undefined: none. */
  notify(
    aggregateType: Notification['aggregateType'],
    type: string,
    data: Readonly<Record<string, string>> = {},
    id: string = randomUUID(),
  ): void {
    const { channels, server, topic, log } = this.#options;
    if (!this.isEnabled) return;
    const additionalData = { connector_name: server, ...data };
    const notification = { id, aggregateType, type, additionalData, timestampMs: Date.now() };
    if (channels.includes('log')) log.info({ notification }, 'notification');
    if (channels.includes('sink') && topic !== null && this.#waiting.length < MOST_WAITING)
      this.#waiting.push({ kind: 'record', record: notificationRecord(notification, topic) });
  }

  /** Whether there are records to hand over. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The records since the last call. */
  take(): RecordEvent[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}
