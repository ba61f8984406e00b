import { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { Assigned, GroupAnswer, JoinedMember } from '../../kafka/group-member.ts';
import type { GroupLeader } from '../group/group-leader.ts';
import { foreignMembers } from '../group/foreign-members.ts';
import { decodeAssignment, encodeAssignment } from '../group/member-assignment.ts';
import { decodeMetadata, encodeMetadata, type GroupTopics } from '../group/member-metadata.ts';
import { noWork, type Work } from '../group/work.ts';
import type { RebalanceMeter } from '../health/rebalance-meter.ts';
import type { Clock } from './clock.ts';
import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import { workOf } from './work-of.ts';
import type { Membership } from './membership.ts';

/** What happens on this worker when its place in the group changes. Every call returns at once. */
export interface LocalWork {
  /** Connectors owned, and tasks that a host may still be working on. */
  readonly held: Work;
  /** Brings what runs here into line with what is owned and configured. */
  reconcile(): void;
  /** Ends everything at once, without a trace. */
  abandonAll(): void;
}

export interface GroupEventsParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  /** Advertised REST URL of this worker. */
  readonly url: string;
  /** The topics of this worker; undefined: nobody is refused for others. */
  readonly topics?: GroupTopics | undefined;
  readonly membership: Membership;
  readonly leader: GroupLeader;
  readonly local: LocalWork;
  readonly view: () => ConfigSnapshot;
  readonly meter: RebalanceMeter;
  /** A lease for the task hosts, after each good heartbeat. */
  readonly onLease: (sentAt: number) => void;
  /** Whether a task that is given to this worker can start at once. */
  readonly isReady: () => boolean;
  /** It will be given about this many tasks when it is ready; until then it gets none. */
  readonly onExpected: (tasks: number) => void;
  /** Another round is near: to hear of it late is a pause for what moves. */
  readonly onRoundNear: () => void;
  /** This worker has become the leader, or is it still, in a new generation. */
  readonly onLeading: () => void;
  /** It is not the leader, or not any more. */
  readonly onFollowing: () => void;
  /** Statuses that wait for a proof of membership are of no use any more. */
  readonly onLost: () => void;
  /** The leader does not take this worker into the group. */
  readonly onRefused?: (error: ConnectorError) => void;
}

/**
 * This worker's part in the group. Events of the group are acted upon where they arrive, at once and without waiting:
 * a loss of membership must stop tasks before anything else is done, and no slow write may hold up a revocation.
 */
export class GroupEvents {
  readonly #parts: GroupEventsParts;
  #requestRejoin: (reason: string) => void = () => undefined;
  /** What the last join told the group that this worker holds. */
  #reported: Work = { connectors: [], tasks: [] };
  #reportedReady = false;
  #lastGeneration = -1;
  #wish = 0;
  /** A join is under way: its end looks again at everything that could ask for another. */
  #joining = false;
  #cancelDelay: (() => void) | undefined;
  #announced = false;
  #leaving = false;
  #rounds = new Set<() => void>();

  constructor(parts: GroupEventsParts) {
    this.#parts = parts;
  }

  /** The group client, once it is there. */
  connect(requestRejoin: (reason: string) => void): void {
    this.#requestRejoin = requestRejoin;
  }

  /** What this worker says of itself when it joins. */
  metadata(): Buffer {
    const { membership, local, view, url, topics, isReady } = this.#parts;
    this.#joining = true;
    this.#reportedReady = isReady();
    this.#parts.meter.joining(this.#parts.clock.now());
    this.#reported = union(membership.session?.work, local.held);
    return encodeMetadata({
      url,
      configOffset: view().offset,
      generation: this.#lastGeneration,
      held: this.#reported,
      wish: this.#wish,
      ready: this.#reportedReady,
      leaving: this.#announced,
      topics,
    });
  }

  /** The leader's decision. */
  assign(joined: readonly JoinedMember[], leaderId: string): Map<string, Buffer> {
    const { leader, view, clock, log, topics, url } = this.#parts;
    const known = view();
    const refused = foreignMembers(joined, topics);
    const members = joined.filter(({ memberId }) => !refused.has(memberId));
    const states = members.map(({ memberId, metadata }) => decodeMetadata(metadata, memberId));
    const behind = states.some(({ configOffset }) => configOffset > known.offset);
    // A leader that has not read everything yet leaves alone what it does not know; it asks for another round when it has.
    const work = behind ? states.reduce<Work>((all, { held }) => union(all, held), workOf(known)) : workOf(known);
    const given = leader.assign({ leader: leaderId, members, work, configOffset: known.offset, nowMs: clock.now() });
    const common = { leader: leaderId, leaderUrl: url, configOffset: known.offset, work: noWork };
    for (const [memberId, text] of refused) {
      log.error({ code: 'GROUP_TOPICS_DIFFER', memberId }, `group: a member is refused. ${text}`);
      given.set(memberId, encodeAssignment({ ...common, refused: text }));
    }
    return given;
  }

  onAssigned({ generation, memberId, isLeader, assignment }: Assigned): void {
    const { membership, leader, local, log, onLeading, onFollowing, onRefused } = this.#parts;
    const { work, leaderUrl, roundNear, expected, refused } = decodeAssignment(assignment);
    if (refused !== undefined) {
      local.abandonAll();
      this.#leaving = true;
      onRefused?.(new ConnectorError('GROUP_TOPICS_DIFFER', refused));
      return;
    }
    this.#lastGeneration = generation;
    this.#joining = false;
    this.#parts.meter.assigned(this.#parts.clock.now());
    membership.joined({ memberId, generation, isLeader, leaderUrl, work });
    log.info(
      {
        generation,
        memberId,
        leader: leaderUrl,
        isLeader,
        connectors: work.connectors.length,
        tasks: work.tasks.length,
      },
      'group: joined',
    );
    local.reconcile();
    if (isLeader) {
      this.#scheduleNextRound();
      this.workChanged();
      onLeading();
    } else {
      this.#cancelDelay?.();
      leader.forget();
      onFollowing();
    }
    if (roundNear === true) this.#parts.onRoundNear();
    if (expected !== undefined) this.#parts.onExpected(expected);
    this.released();
    this.readied();
    for (const done of this.#rounds) done();
  }

  onHeartbeat({ at }: { readonly generation: number; readonly at: number }): void {
    const { membership, local, onLease } = this.#parts;
    if (membership.session === undefined) return;
    const wasCertain = membership.certain();
    membership.beat(at);
    onLease(at);
    // What was owned but not certain waited for this.
    if (!wasCertain) local.reconcile();
  }

  onAnswered(answer: GroupAnswer): void {
    this.#parts.meter.answered(answer);
  }

  onLost(reason: string): void {
    const { membership, leader, local, log, onFollowing } = this.#parts;
    local.abandonAll();
    const wasMember = membership.session !== undefined;
    membership.lost();
    if (wasMember) this.#parts.meter.lost(this.#parts.clock.now());
    this.#parts.onLost();
    this.#cancelDelay?.();
    leader.forget();
    onFollowing();
    if (wasMember) log.warn({ reason }, 'group: membership lost; all tasks of this worker were stopped');
  }

  /** The leader has another round when what there is to do is no longer what it has dealt out. */
  workChanged(): void {
    const { membership, leader, view } = this.#parts;
    if (membership.session?.isLeader === true && !leader.settled(workOf(view())))
      this.#rejoin('connectors or tasks were added or removed');
  }

  /** Something stopped here: when it was the last of what the group waits for, the group hears of it. */
  released(): void {
    const { membership, local } = this.#parts;
    const owned = membership.session?.work;
    if (owned === undefined || this.#leaving) return;
    const tasks = new Set(owned.tasks);
    const revoked = this.#reported.tasks.filter((key) => !tasks.has(key));
    const held = new Set(local.held.tasks);
    const connectors = new Set(owned.connectors);
    const revokedConnectors = this.#reported.connectors.some((name) => !connectors.has(name));
    if (revoked.length === 0 && !revokedConnectors) return;
    if (revoked.some((key) => held.has(key))) return;
    this.#rejoin('revoked tasks have stopped');
  }

  /** This worker has become able to start tasks at once: it asks for its share when the group still takes it for one that is not. */
  readied(): void {
    const { membership, view, isReady } = this.#parts;
    const owned = membership.session?.work;
    if (owned === undefined || this.#reportedReady || !isReady()) return;
    if (isNone(owned) && !isNone(workOf(view()))) this.#rejoin('a worker is ready for its share');
  }

  /**
   * This worker is about to stop what it holds and leave. Settles when the others know, so that they notice at once when it has
   * gone: until then everything here goes on. Rejects when the signal aborts.
   */
  async announceLeaving(signal: AbortSignal): Promise<void> {
    const owned = this.#parts.membership.session?.work;
    if (owned === undefined || isNone(owned)) return;
    this.#announced = true;
    const round = this.nextRound(signal);
    this.#rejoin('a worker is about to leave');
    await round;
  }

  /** This worker ends: it asks for no more rounds. */
  leaving(): void {
    this.#leaving = true;
    this.#cancelDelay?.();
  }

  /** Settles at the end of the next round. */
  nextRound(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#rounds.delete(done);
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#rounds.delete(done);
        reject(signal.reason as Error);
      };
      this.#rounds.add(done);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #rejoin(reason: string): void {
    if (this.#leaving || this.#joining) return;
    this.#wish += 1;
    this.#requestRejoin(reason);
  }

  /** Work that waits for its departed worker has a round of its own when its time is up. */
  #scheduleNextRound(): void {
    const { leader, clock } = this.#parts;
    this.#cancelDelay?.();
    this.#cancelDelay = undefined;
    if (leader.delayMs > 0)
      this.#cancelDelay = clock.after(leader.delayMs, () => this.#rejoin('the delay for a departed worker is over'));
  }
}

function isNone({ connectors, tasks }: Work): boolean {
  return connectors.length + tasks.length === 0;
}

function union(left: Work | undefined, right: Work): Work {
  return {
    connectors: [...new Set([...(left?.connectors ?? []), ...right.connectors])],
    tasks: [...new Set([...(left?.tasks ?? []), ...right.tasks])],
  };
}
