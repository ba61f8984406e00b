import type { JoinedMember } from '../../kafka/group-member.ts';
import { assign } from './assignment.ts';
import { departedWork, memoryKey, noMemory, type LeaderMemory } from './departed-work.ts';
import { encodeAssignment } from './member-assignment.ts';
import { decodeMetadata } from './member-metadata.ts';
import { anyRevoked } from './revoked-work.ts';
import { takers } from './takers.ts';
import { noWork, sameWork, type Work } from './work.ts';

/** One round of the leader. */
export interface Round {
  readonly leader: string;
  readonly members: readonly JoinedMember[];
  /** Work that exists, as far as the leader has read the config topic. */
  readonly work: Work;
  readonly configOffset: bigint;
  readonly nowMs: number;
}

/**
 * The leader's part of a rebalance: knows after each round who was given what, until leadership moves. Computes and
 * encodes; talks to nobody.
 */
export class GroupLeader {
  readonly #maxDelayMs: number;
  #memory: LeaderMemory = noMemory;
  #urlOf = new Map<string, string>();
  #given: ReadonlyMap<string, Work> = new Map();
  #held: ReadonlyMap<string, Work> = new Map();
  #work: Work = noWork;
  #delayMs = 0;

  /** `maxDelayMs`: scheduled.rebalance.max.delay.ms. */
  constructor(maxDelayMs: number) {
    this.#maxDelayMs = maxDelayMs;
  }

  /** The assignment of every member. Throws GROUP_MESSAGE_UNREADABLE when a member speaks another version. */
  assign(round: Round): Map<string, Buffer> {
    const members = round.members.map(({ memberId, metadata }) => ({
      id: memberId,
      ...decodeMetadata(metadata, memberId),
    }));
    const able = takers(members);
    const departed = departedWork({
      memory: this.#memory,
      work: round.work,
      members: able,
      nowMs: round.nowMs,
      maxDelayMs: this.#maxDelayMs,
    });
    const given = assign({ members: able, work: round.work, waiting: departed.waiting, returned: departed.returned });
    this.#urlOf = new Map(members.map(({ id, url }) => [id, url]));
    this.#held = new Map(members.map(({ id, held }) => [id, held]));
    this.#given = given;
    this.#work = round.work;
    this.#delayMs = departed.delayMs;
    this.#memory = this.#remember(departed.waitingUntil);
    const leaderUrl = this.#urlOf.get(round.leader) ?? '';
    const common = { leader: round.leader, leaderUrl, configOffset: round.configOffset };
    const roundNear = members.some(({ leaving }) => leaving === true) || anyRevoked(members, given);
    const expected = Math.floor(round.work.tasks.length / (able.length + 1));
    return new Map(
      members.map(({ id }) => {
        const work = given.get(id);
        const share = work === undefined ? { work: noWork, expected } : { work };
        return [id, encodeAssignment({ ...common, ...share, roundNear })];
      }),
    );
  }

  /** Leadership has gone: what was remembered is of no use any more. */
  forget(): void {
    this.#memory = noMemory;
    this.#urlOf = new Map();
    this.#given = new Map();
    this.#held = new Map();
    this.#work = noWork;
    this.#delayMs = 0;
  }

  /** Milliseconds after which another round is due for work that waits for a departed worker; 0: none. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Whether the last round has dealt out exactly this work. */
  settled(work: Work): boolean {
    return sameWork(this.#work, work);
  }

  /** REST URLs of the members of the last round. */
  get memberUrls(): readonly string[] {
    return [...new Set(this.#urlOf.values())];
  }

  /** REST URL of the worker that owns a piece of work; undefined while it has no owner. */
  ownerUrl(kind: keyof Work, item: string): string | undefined {
    for (const [id, work] of this.#given) if (work[kind].includes(item)) return this.#urlOf.get(id);
    return undefined;
  }

  /** Whether some member still held a task of this connector when it last joined. */
  anyTaskHeld(ofConnector: (task: string) => boolean): boolean {
    return [...this.#held.values()].some((work) => work.tasks.some(ofConnector));
  }

  #remember(waitingUntil: ReadonlyMap<string, number>): LeaderMemory {
    // Nothing ever waits: there is nothing to remember.
    if (this.#maxDelayMs === 0) return noMemory;
    const owners = new Map<string, string>();
    for (const key of waitingUntil.keys()) {
      const before = this.#memory.owners.get(key);
      if (before !== undefined) owners.set(key, before);
    }
    for (const [id, work] of this.#given)
      for (const kind of ['connectors', 'tasks'] as const)
        for (const item of work[kind]) owners.set(memoryKey(kind, item), this.#urlOf.get(id) ?? '');
    return { owners, waitingUntil };
  }
}
