import { abortable } from './abortable.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { heartbeat, type Membership } from './calls/heartbeat.ts';
import { leaveGroup } from './calls/leave-group.ts';
import type { Cluster } from './cluster.ts';
import { CoordinatorLink } from './coordinator-link.ts';
import { kafkaErrorText } from './error-class.ts';
import { heartbeatTimeoutMs, isSessionOver, nextTickInMs, type SessionTimes } from './group-timing.ts';
import { groupVerdict } from './group-verdict.ts';
import type { ConnectorError } from '../errors/connector-error.ts';
import type { KafkaLog } from './kafka-log.ts';
import { monotonicMs } from './monotonic-ms.ts';

export interface HeartbeatOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly log: KafkaLog;
  /** True while a join is under way: the group may be a generation further than this member has heard yet. */
  readonly isJoining: () => boolean;
  /** The membership was good at `at`: monotonic milliseconds before the request was sent. */
  readonly onGood: (generation: number, at: number) => void;
  /** Everybody has to join again. */
  readonly onRebalance: () => void;
  /** The membership is over or cannot be relied on any more; nothing is held from here on. */
  readonly onLost: (loss: Loss) => void;
  readonly onFailed: (error: ConnectorError) => void;
  /** The coordinator is this broker. */
  readonly onCoordinator: (coordinator: BrokerConnection) => void;
}

export interface Loss {
  readonly reason: string;
  /** The coordinator may still know the member id. */
  readonly maybeKnown: boolean;
}

/** While a round is near: a move of work waits for the member that hears of it last. */
const WATCH_EVERY_MS = 50;
/** What stops in good order has stopped by then; a longer wait is not worth the requests. */
const WATCH_MS = 5000;

/**
 * Proves a membership to the coordinator on a timer and a connection of its own, so that nothing that the member waits for can
 * hold a heartbeat up; and notices by the clock alone that a session went by without proof.
 */
export class Heartbeats {
  readonly #options: HeartbeatOptions;
  readonly #link: CoordinatorLink;
  #held: Membership | undefined;
  #lastGoodAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #watchUntil = 0;
  /** The beat under way; aborted when its answer no longer matters. */
  #beating: AbortController | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    const requestTimeoutMs = heartbeatTimeoutMs(options.sessionTimeoutMs);
    this.#link = new CoordinatorLink({ cluster: options.cluster, group: options.group, requestTimeoutMs });
  }

  /** The membership to prove from now on; a first one counts as good now, until the first beat, which follows at once. */
  hold(membership: Membership): void {
    if (this.#held === undefined) this.#lastGoodAt = monotonicMs();
    this.#held = membership;
    this.#watchUntil = 0;
    this.beatNow();
  }

  /** Beats much more often until the next membership, but for a few seconds only. */
  watch(): void {
    this.#watchUntil = monotonicMs() + WATCH_MS;
    this.beatNow();
  }

  /** A beat that was sent before is not waited for. */
  beatNow(): void {
    if (this.#held === undefined) return;
    this.#beating?.abort();
    this.#beating = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), 0);
  }

  /** Reports the loss when the session is over by the clock. To be called too when an answer arrives that may have lain waiting. */
  checkSession(): void {
    const silent = monotonicMs() - this.#lastGoodAt;
    if (this.#held === undefined || !isSessionOver(monotonicMs(), this.#session())) return;
    const session = `the session is ${this.#options.sessionTimeoutMs} ms`;
    this.#lose({ reason: `no heartbeat was answered for ${Math.round(silent)} ms; ${session}`, maybeKnown: true });
  }

  /** Nothing to prove any more. */
  release(): void {
    this.#held = undefined;
    clearTimeout(this.#timer);
    this.#beating?.abort();
    this.#beating = undefined;
  }

  /** Tells the coordinator that the member is gone. */
  async leave(memberId: string, signal: AbortSignal): Promise<void> {
    this.release();
    await abortable(leaveGroup(await this.#link.connect(signal), this.#options.group, memberId), signal);
  }

  close(): void {
    this.release();
    this.#link.close();
  }

  #session(): SessionTimes {
    return { lastGoodAt: this.#lastGoodAt, sessionTimeoutMs: this.#options.sessionTimeoutMs };
  }

  #tick(): void {
    this.checkSession();
    const membership = this.#held;
    if (membership === undefined) return;
    if (this.#beating === undefined) {
      const beating = new AbortController();
      this.#beating = beating;
      void this.#beat(membership, beating.signal).finally(() => {
        if (this.#beating === beating) this.#beating = undefined;
      });
    }
    const { heartbeatIntervalMs } = this.#options;
    const now = monotonicMs();
    const everyMs = now < this.#watchUntil ? Math.min(WATCH_EVERY_MS, heartbeatIntervalMs) : heartbeatIntervalMs;
    const inMs = nextTickInMs(now, everyMs, this.#session());
    this.#timer = setTimeout(() => this.#tick(), inMs);
  }

  /** One heartbeat. Whatever the outcome, it is told only while this very beat is the one under way. */
  async #beat(membership: Membership, signal: AbortSignal): Promise<void> {
    const { sessionTimeoutMs, onCoordinator } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(heartbeatTimeoutMs(sessionTimeoutMs))]);
    let at: number | undefined;
    try {
      const coordinator = await this.#link.connect(limit);
      onCoordinator(coordinator);
      at = monotonicMs();
      await abortable(heartbeat(coordinator, membership), limit);
      if (!signal.aborted) this.#good(membership, at);
    } catch (error) {
      if (!signal.aborted) this.#failed(error, membership, at);
    }
  }

  #good({ generation }: Membership, at: number): void {
    this.#lastGoodAt = Math.max(this.#lastGoodAt, at);
    this.checkSession(); // the answer may have waited for a process that was stopped
    if (this.#held !== undefined) this.#options.onGood(generation, at);
  }

  #failed(error: unknown, membership: Membership, at: number | undefined): void {
    const { group, sessionTimeoutMs, log, isJoining, onRebalance, onFailed } = this.#options;
    const verdict = groupVerdict(error, group, sessionTimeoutMs);
    switch (verdict) {
      case 'rebalance':
        // The coordinator has renewed the session of this generation, and no other generation exists yet.
        if (at !== undefined) this.#good(membership, at);
        onRebalance();
        break;
      case 'unknown member':
        this.#lose({ reason: 'the coordinator does not know this member any more', maybeKnown: false });
        break;
      case 'old generation':
        // During a join the new generation may exist already, its answer still on the way: the join will tell.
        if (!isJoining())
          this.#lose({ reason: `the group has left generation ${membership.generation} behind`, maybeKnown: true });
        break;
      case 'coordinator':
      case 'retry':
      case 'member id':
      case 'other protocol':
        log.debug({ group, error: kafkaErrorText(error) }, 'Kafka: heartbeat failed');
        this.#link.forget();
        break;
      default:
        onFailed(verdict);
    }
  }

  #lose(loss: Loss): void {
    this.release();
    this.#options.onLost(loss);
  }
}
