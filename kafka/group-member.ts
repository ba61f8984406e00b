import { ProtocolError } from '@platformatic/kafka';
import { ConnectorError } from '../errors/connector-error.ts';
import { abortable } from './abortable.ts';
import { backOff } from './back-off.ts';
import { givenMemberId, joinGroup, type Joined } from './calls/join-group.ts';
import { syncGroup } from './calls/sync-group.ts';
import { CoordinatorLink } from './coordinator-link.ts';
import { kafkaErrorText } from './error-class.ts';
import { foreignProtocolFailure } from './foreign-protocol.ts';
import { foreignProtocolLimitMs, joinTimeoutMs } from './group-timing.ts';
import { groupVerdict } from './group-verdict.ts';
import type { GroupAnswer, GroupMemberOptions } from './group-member-options.ts';
import { Heartbeats, type Loss } from './heartbeats.ts';
import { silentLog } from './kafka-log.ts';
import { monotonicMs } from './monotonic-ms.ts';

export type {
  Assigned,
  GroupAnswer,
  GroupMemberEvents,
  GroupMemberOptions,
  JoinedMember,
} from './group-member-options.ts';

type State =
  | { readonly name: 'new' }
  /** `working`: the generation whose assignment is still worked on meanwhile. */
  | { readonly name: 'joining'; readonly memberId: string; readonly working: number | undefined }
  | { readonly name: 'member'; readonly memberId: string; readonly generation: number }
  | { readonly name: 'ended' };

const PROTOCOL_TYPE = 'connect';
const defaults = {
  protocol: 'millrace-1',
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 500,
  rebalanceTimeoutMs: 60_000,
  log: silentLog,
};

const LEAVE_LIMIT_MS = 3000;

/**
 * A member of a group in Kafka's classic protocol, protocol type `connect`: joins, leads when it is told to, proves that it
 * lives, and says at once when it may no longer count as a member. Work goes on during a rebalance; whoever listens decides what.
 */
export class GroupMember {
  readonly #options: Required<GroupMemberOptions>;
  readonly #link: CoordinatorLink;
  readonly #beats: Heartbeats;
  readonly #stopping = new AbortController();
  #state: State = { name: 'new' };
  #rejoin: PromiseWithResolvers<string> = Promise.withResolvers();
  /** Counts losses, for a round to notice that it was overtaken by one. */
  #losses = 0;
  #foreignSince: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: GroupMemberOptions) {
    this.#options = { ...defaults, ...options };
    const { cluster, group, rebalanceTimeoutMs } = this.#options;
    this.#link = new CoordinatorLink({ cluster, group, requestTimeoutMs: joinTimeoutMs(rebalanceTimeoutMs) });
    this.#beats = new Heartbeats({
      ...this.#options,
      isJoining: () => this.#state.name === 'joining',
      onGood: (generation, at) => {
        this.#answered('heartbeat', at);
        this.#tell(() => this.#options.events.onHeartbeat({ generation, at }));
      },
      onRebalance: () => this.#onRebalance(),
      onLost: (loss) => this.#onLost(loss),
      onFailed: (error) => this.#stopping.abort(error),
      onCoordinator: (coordinator) => {
        // A join that waits for the former coordinator waits in vain.
        if (!this.#link.leadsTo(coordinator)) this.#link.close();
      },
    });
  }

  /** Begins to join, for as long as it takes; all else comes as events. */
  start(): void {
    if (this.#state.name !== 'new') throw new ConnectorError('INTERNAL', 'a group member starts only once');
    this.#state = { name: 'joining', memberId: '', working: undefined };
    this.#running = this.#run();
  }

  /**
   * Asks for another rebalance. A request that comes before the metadata of the next join is taken is part of that join; one
   * that comes later brings another. See `metadata` for what it takes unless this member leads.
   */
  requestRejoin(reason: string): void {
    this.#rejoin.resolve(reason);
  }

  /** Proves the membership now rather than at the next interval: for work that waits for a proof. */
  beatNow(): void {
    if (this.#state.name === 'member' || this.#state.name === 'joining') this.#beats.beatNow();
  }

  /** Until the next round, but for a few seconds only: hears of it almost at once rather than at the next interval. */
  watch(): void {
    this.#beats.watch();
  }

  /** Leaves, so that the group goes on without waiting for the session to end. No event comes afterwards. */
  async leave(): Promise<void> {
    const { group, log } = this.#options;
    const memberId = 'memberId' in this.#state ? this.#state.memberId : '';
    this.#stopping.abort(new DOMException('the member leaves', 'AbortError'));
    await this.#running;
    this.#state = { name: 'ended' };
    this.#link.close();
    try {
      if (memberId !== '') await this.#beats.leave(memberId, AbortSignal.timeout(LEAVE_LIMIT_MS));
    } catch (error) {
      // The session will end by itself.
      log.warn(
        { group, memberId, error: kafkaErrorText(error) },
        'Kafka: the group was not told that this member leaves',
      );
    } finally {
      this.#beats.close();
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      for (let reason = 'a new member'; ; reason = await abortable(this.#rejoin.promise, signal))
        await this.#joinWith(reason, signal);
    } catch (error) {
      const last: unknown = signal.aborted ? signal.reason : error;
      if (last instanceof Error && last.name === 'AbortError') return; // left
      this.#fail(ConnectorError.from(last, 'INTERNAL', `group ${this.#options.group}`));
    }
  }

  /** Rounds until one is complete. */
  async #joinWith(reason: string, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ;) {
      try {
        await this.#round(reason, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        failures = (await this.#isImmediate(error, signal)) ? 0 : failures + 1;
      }
      if (failures > 0) await backOff(failures, this.#options.cluster.retryBackOff, signal);
    }
  }

  async #round(reason: string, signal: AbortSignal): Promise<void> {
    const { group, protocol, sessionTimeoutMs, rebalanceTimeoutMs } = this.#options;
    const coordinator = await this.#link.connect(signal);
    const { memberId, working } = this.#joining();
    this.#rejoin = Promise.withResolvers();
    const losses = this.#losses;
    const metadata = this.#options.metadata();
    const request = { group, protocol, protocolType: PROTOCOL_TYPE, sessionTimeoutMs, rebalanceTimeoutMs };
    const joinSentAt = monotonicMs();
    const joined = await abortable(joinGroup(coordinator, { ...request, memberId, metadata, reason }), signal);
    this.#checkRound(losses);
    this.#answered('join', joinSentAt);
    const membership = { group, memberId: joined.memberId, generation: joined.generation };
    this.#state = { name: 'joining', memberId: joined.memberId, working };
    this.#beats.hold(membership);
    const isLeader = joined.leaderId === joined.memberId;
    const assignments = isLeader ? await this.#assign(joined, signal) : new Map<string, Buffer>();
    const sync = { ...membership, protocol, protocolType: PROTOCOL_TYPE, assignments };
    const syncSentAt = monotonicMs();
    const assignment = await abortable(syncGroup(coordinator, sync), signal);
    this.#checkRound(losses);
    this.#answered('sync', syncSentAt);
    this.#foreignSince = undefined;
    this.#state = { name: 'member', ...membership };
    this.#tell(() => this.#options.events.onAssigned({ ...joined, isLeader, assignment }));
    this.#beats.beatNow();
  }

  /** The state in which a round begins. */
  #joining(): Extract<State, { name: 'joining' }> {
    const state = this.#state;
    if (state.name === 'joining') return state;
    if (state.name !== 'member') throw new ConnectorError('INTERNAL', `a member that is ${state.name} does not join`);
    const joining = { name: 'joining', memberId: state.memberId, working: state.generation } as const;
    this.#state = joining;
    return joining;
  }

  async #assign({ members, generation, leaderId }: Joined, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
    try {
      return await abortable(Promise.resolve(this.#options.assign(members, generation, leaderId)), signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw ConnectorError.from(cause, 'INTERNAL', `assignment of group ${this.#options.group}`);
    }
  }

  /** Whether an answer still belongs to this round: the process may have been stopped while it was on its way. */
  #checkRound(losses: number): void {
    this.#beats.checkSession();
    if (losses !== this.#losses) throw new ProtocolError('REBALANCE_IN_PROGRESS');
  }

  /** Whether the next round may follow at once; else a wait, or the end when it throws. */
  async #isImmediate(error: unknown, signal: AbortSignal): Promise<boolean> {
    const { group, sessionTimeoutMs, log } = this.#options;
    const verdict = groupVerdict(error, group, sessionTimeoutMs);
    log.debug({ group, error: kafkaErrorText(error) }, 'Kafka: the group was not joined yet');
    switch (verdict) {
      case 'member id':
        this.#state = { ...this.#joining(), memberId: givenMemberId(error) ?? '' };
        return true;
      case 'rebalance':
        return true;
      case 'unknown member':
        this.#beats.release();
        this.#onLost({ reason: 'the coordinator does not know this member any more', maybeKnown: false });
        return true;
      case 'old generation':
        this.#beats.release();
        this.#onLost({ reason: 'the group has gone on without this member', maybeKnown: true });
        return true;
      case 'other protocol':
        await this.#waitForOtherProtocol(error, signal);
        return false;
      case 'coordinator':
      case 'retry':
        this.#link.forget();
        return false;
      default:
        throw verdict;
    }
  }

  async #waitForOtherProtocol(error: unknown, signal: AbortSignal): Promise<void> {
    const { log, cluster, group, protocol, sessionTimeoutMs } = this.#options;
    const limitMs = foreignProtocolLimitMs(sessionTimeoutMs);
    if (this.#foreignSince === undefined)
      log.warn(
        { group, protocol, limitMs },
        'Kafka: the group has members with another protocol; waiting for them to go',
      );
    this.#foreignSince ??= monotonicMs();
    if (monotonicMs() - this.#foreignSince > limitMs)
      throw await foreignProtocolFailure({ cluster, group, protocol }, error, signal);
  }

  #onRebalance(): void {
    // While joining, the join itself is what is asked for.
    if (this.#state.name === 'member') this.requestRejoin('the group rebalances');
  }

  #onLost({ reason, maybeKnown }: Loss): void {
    const state = this.#state;
    if (state.name !== 'member' && state.name !== 'joining') return;
    const wasWorking = isWorking(state);
    this.#losses += 1;
    this.#state = { name: 'joining', memberId: maybeKnown ? state.memberId : '', working: undefined };
    if (wasWorking) this.#tell(() => this.#options.events.onLost(reason));
    if (state.name === 'member') this.requestRejoin(`membership lost: ${reason}`);
    else this.#link.close(); // ends the round under way, whose requests may never be answered
  }

  #fail(error: ConnectorError): void {
    const wasWorking = isWorking(this.#state);
    this.#state = { name: 'ended' };
    this.#beats.close();
    this.#link.close();
    if (wasWorking) this.#tell(() => this.#options.events.onLost(error.message));
    this.#options.events.onFailed(error);
  }

  #answered(call: GroupAnswer['call'], sentAt: number): void {
    const answeredAt = monotonicMs();
    this.#tell(() => this.#options.events.onAnswered?.({ call, sentAt, answeredAt }));
  }

  #tell(event: () => void): void {
    if (this.#stopping.signal.aborted && this.#state.name !== 'ended') return;
    try {
      event();
    } catch (cause) {
      this.#stopping.abort(ConnectorError.from(cause, 'INTERNAL', `group ${this.#options.group}`));
    }
  }
}

function isWorking(state: State): boolean {
  return state.name === 'member' || (state.name === 'joining' && state.working !== undefined);
}
