import type { Piece } from './work.ts';

/** One kind of work to be dealt out. `members` and `pieces` sorted, so that equal input gives equal output. */
export interface SpreadInput {
  readonly members: readonly string[];
  /** Those of one group are kept apart where the counts leave a choice. */
  readonly pieces: readonly Piece[];
  readonly heldBy: ReadonlyMap<string, { readonly id: string }>;
  readonly returnedTo: ReadonlyMap<string, string>;
  readonly waiting: ReadonlySet<string>;
  /** False: nothing is taken from a member that holds it. */
  readonly balance: boolean;
}

class Hand {
  readonly member: string;
  readonly pieces: Piece[] = [];
  readonly #groups = new Map<string, number>();

  constructor(member: string) {
    this.member = member;
  }

  siblings(group: string): number {
    return this.#groups.get(group) ?? 0;
  }

  take(piece: Piece): void {
    this.pieces.push(piece);
    this.#groups.set(piece.group, this.siblings(piece.group) + 1);
  }

  drop(piece: Piece): void {
    this.pieces.splice(this.pieces.indexOf(piece), 1);
    this.#groups.set(piece.group, this.siblings(piece.group) - 1);
  }
}

/** What a member with too many gives up: one of the connector it has most of, the last in order. */
function leastMissed(hand: Hand): Piece | undefined {
  let chosen: Piece | undefined;
  let most = 0;
  for (const piece of hand.pieces) {
    const siblings = hand.siblings(piece.group);
    if (siblings < most) continue;
    chosen = piece;
    most = siblings;
  }
  return chosen;
}

/** How many each member may have: those with the most keep the odd ones, which makes the moves fewest. */
function quotas(hands: readonly Hand[], count: number): Map<Hand, number> {
  const base = Math.floor(count / hands.length);
  const odd = count % hands.length;
  const byCount = [...hands].sort((left, right) => right.pieces.length - left.pieces.length);
  return new Map(byCount.map((hand, place) => [hand, place < odd ? base + 1 : base]));
}

/**
 * Gives each free piece to the emptiest hand with room; among equals to the one with fewest pieces of the same group, then to the
 * first. Only the emptiest hands are looked at, and of those only up to one that has none of the group: 5,000 pieces for 100
 * hands would be half a million comparisons otherwise, 50 ms in code that is not compiled yet.
 */
function dealOut(free: readonly Piece[], hands: readonly Hand[], hasRoom: (hand: Hand) => boolean): void {
  let emptiest: Hand[] = [];
  for (const piece of free) {
    if (emptiest.length === 0) emptiest = emptiestOf(hands.filter(hasRoom));
    const place = fewestSiblings(emptiest, piece.group);
    const [hand] = emptiest.splice(place, 1);
    hand?.take(piece);
  }
}

function emptiestOf(hands: readonly Hand[]): Hand[] {
  const fewest = hands.reduce((least, { pieces }) => Math.min(least, pieces.length), Infinity);
  return hands.filter(({ pieces }) => pieces.length === fewest);
}

/** The place of the first hand that has the fewest items of the group. */
function fewestSiblings(hands: readonly Hand[], group: string): number {
  let best = 0;
  let fewest = Infinity;
  for (let place = 0; place < hands.length && fewest > 0; place += 1) {
    const siblings = hands[place]?.siblings(group) ?? 0;
    if (siblings >= fewest) continue;
    best = place;
    fewest = siblings;
  }
  return best;
}

/**
 * Deals out one kind of work. What a member holds it keeps, up to its quota; what it holds beyond is in no share of this
 * round; what nobody holds goes to the members with room.
 */
export function spread(input: SpreadInput): Map<string, string[]> {
  const { pieces, waiting, heldBy, returnedTo, balance } = input;
  const hands = new Map(input.members.map((member) => [member, new Hand(member)]));
  const all = [...hands.values()];
  if (all.length === 0) return new Map();
  const free: Piece[] = [];
  for (const piece of pieces) {
    const { key } = piece;
    const hand = hands.get(heldBy.get(key)?.id ?? returnedTo.get(key) ?? '');
    if (hand !== undefined) hand.take(piece);
    else if (!waiting.has(key)) free.push(piece);
  }
  const quota = quotas(all, pieces.length);
  if (balance)
    for (const hand of all)
      for (let surplus = hand.pieces.length - (quota.get(hand) ?? 0); surplus > 0; surplus -= 1) {
        const piece = leastMissed(hand);
        if (piece === undefined) break;
        hand.drop(piece);
        // What was to go back to a worker that has returned is held by nobody: it needs no second round to move on.
        if (!heldBy.has(piece.key)) free.push(piece);
      }
  dealOut(free, all, (hand) => !balance || hand.pieces.length < (quota.get(hand) ?? 0));
  return new Map(all.map(({ member, pieces }) => [member, pieces.map(({ key }) => key)]));
}
