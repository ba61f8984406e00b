import { randomUUID } from 'node:crypto';
import type { ChangeBatch } from '../../change-batch.ts';
import type { RecordEvent } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { SourceConfig } from '../source-config.ts';
import { notificationRecord, type Notification } from './notification.ts';

export interface NotifierOptions {
  /** Name of the source. */
  readonly server: string;
  readonly channels: readonly string[];
  /** Topic of the channel `sink`. */
  readonly topic: string | null;
  readonly log: TaskLog;
}

const RECORD_BYTES = 500;
/** Not sent because nothing else was, for so many: somebody has lost them by then. */
const MOST_WAITING = 1000;

/** Tells what happens to snapshots and signals on the channels that are enabled; without any it costs nothing. */
export class Notifier {
  readonly #options: NotifierOptions;
  #waiting: RecordEvent[] = [];
  /** Of what they say. */
  #waitingBytes = 0;

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
    if (!channels.includes('sink') || topic === null || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({ kind: 'record', record: notificationRecord(notification, topic) });
    for (const value of Object.values(data)) this.#waitingBytes += value.length;
  }

  /** Whether there are records to hand over. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The records since the last call, as a part of a batch. */
  batch(): Pick<ChangeBatch, 'events' | 'bytes'> {
    const bytes = this.#waiting.length * RECORD_BYTES + this.#waitingBytes;
    return { events: this.take(), bytes };
  }

  /** The records since the last call. */
  take(): RecordEvent[] {
    this.#waitingBytes = 0;
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

/** The notifier that a configuration asks for. */
export function configuredNotifier(
  config: Pick<SourceConfig, 'serverName' | 'notificationChannels' | 'notificationTopic'>,
  log: TaskLog,
): Notifier {
  const { serverName: server, notificationChannels: channels, notificationTopic: topic } = config;
  return new Notifier({ server, channels, topic, log });
}
