import { ConnectorError } from '../../errors/connector-error.ts';
import type { Membership } from './membership.ts';
import { NotLeader } from './rest-error.ts';

/** The leader's claim on the config topic. */
export interface LeaderClaim {
  /** Fences an earlier leader's writer and takes its place. */
  claim(signal: AbortSignal): Promise<void>;
  release(): Promise<void>;
  /** Everything that an earlier leader wrote is known after this. */
  readToEnd(signal: AbortSignal): Promise<void>;
}

/**
 * What only the leader may write, it writes only while it holds the claim on the config topic: claimed anew when this worker
 * becomes the leader and after a write that was refused. Used from within the herder's queue alone, but for `forget`.
 */
export class LeaderWrites {
  readonly #membership: Membership;
  readonly #claim: LeaderClaim;
  #claimed = false;

  constructor(membership: Membership, claim: LeaderClaim) {
    this.#membership = membership;
    this.#claim = claim;
  }

  /** Throws NotLeader with the leader's address when it is another worker. */
  requireLeader(): void {
    const { session } = this.#membership;
    if (session?.isLeader !== true) throw new NotLeader(session?.leaderUrl);
  }

  /** Makes sure of the claim; the newest state has been read then. */
  async ready(signal: AbortSignal): Promise<void> {
    this.requireLeader();
    if (this.#claimed) return;
    // A claim of earlier leadership may be fenced by now.
    await this.#claim.release();
    await this.#claim.claim(signal);
    await this.#claim.readToEnd(signal);
    this.requireLeader();
    this.#claimed = true;
  }

  /** One write; a refused one gives up the claim, so that the next begins with it. */
  async write<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
    await this.ready(signal);
    try {
      return await write();
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'CONFIG_WRITE_FAILED') this.#claimed = false;
      throw error;
    }
  }

  /** This worker is not the leader any more: another one may have claimed the topic since. */
  forget(): void {
    this.#claimed = false;
  }

  /** Gives up what the claim holds open. */
  release(): Promise<void> {
    this.#claimed = false;
    return this.#claim.release();
  }
}
