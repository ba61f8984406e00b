/** One kind of work to be dealt out. `members` and `items` sorted, so that equal input gives equal output. */
export interface SpreadInput {
  readonly members: readonly string[];
  readonly items: readonly string[];
  readonly heldBy: ReadonlyMap<string, { readonly id: string }>;
  readonly returnedTo: ReadonlyMap<string, string>;
  readonly waiting: ReadonlySet<string>;
  /** False: nothing is taken from a member that holds it. */
  readonly balance: boolean;
  /** Items of one group are kept apart where the counts leave a choice: the tasks of one connector. */
  readonly groupOf: (item: string) => string;
}

class Hand {
  readonly member: string;
  readonly items: string[] = [];
  readonly #groups = new Map<string, number>();

  constructor(member: string) {
    this.member = member;
  }

  siblings(group: string): number {
    return this.#groups.get(group) ?? 0;
  }

  take(item: string, group: string): void {
    this.items.push(item);
    this.#groups.set(group, this.siblings(group) + 1);
  }

  drop(item: string, group: string): void {
    this.items.splice(this.items.indexOf(item), 1);
    this.#groups.set(group, this.siblings(group) - 1);
  }
}

/** The item that a member with too many gives up: one of the connector it has most of, the last in order. */
function leastMissed(hand: Hand, groupOf: (item: string) => string): string | undefined {
  let chosen: string | undefined;
  for (const item of hand.items)
    if (chosen === undefined || hand.siblings(groupOf(item)) >= hand.siblings(groupOf(chosen))) chosen = item;
  return chosen;
}

/** How many each member may have: those with the most keep the odd ones, which makes the moves fewest. */
function quotas(hands: readonly Hand[], itemCount: number): Map<Hand, number> {
  const base = Math.floor(itemCount / hands.length);
  const odd = itemCount % hands.length;
  const byCount = [...hands].sort((left, right) => right.items.length - left.items.length);
  return new Map(byCount.map((hand, place) => [hand, place < odd ? base + 1 : base]));
}

/**
 * Gives each free item to the emptiest hand with room; among equals to the one with fewest items of the same group, then to the
 * first. Only the emptiest hands are looked at, and of those only up to one that has none of the group: 5,000 items for 100 hands
 * would be half a million comparisons otherwise, 50 ms in code that is not compiled yet.
 */
function dealOut(
  free: readonly string[],
  hands: readonly Hand[],
  hasRoom: (hand: Hand) => boolean,
  groupOf: (item: string) => string,
): void {
  let emptiest: Hand[] = [];
  for (const item of free) {
    if (emptiest.length === 0) emptiest = emptiestOf(hands.filter(hasRoom));
    const group = groupOf(item);
    const place = fewestSiblings(emptiest, group);
    const [hand] = emptiest.splice(place, 1);
    hand?.take(item, group);
  }
}

function emptiestOf(hands: readonly Hand[]): Hand[] {
  const fewest = hands.reduce((least, { items }) => Math.min(least, items.length), Infinity);
  return hands.filter(({ items }) => items.length === fewest);
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
  const { items, waiting, groupOf } = input;
  const hands = new Map(input.members.map((member) => [member, new Hand(member)]));
  const all = [...hands.values()];
  if (all.length === 0) return new Map();
  const free: string[] = [];
  for (const item of items) {
    const holder = input.heldBy.get(item)?.id;
    const hand = hands.get(holder ?? input.returnedTo.get(item) ?? '');
    if (hand !== undefined) hand.take(item, groupOf(item));
    else if (!waiting.has(item)) free.push(item);
  }
  const quota = quotas(all, items.length);
  if (input.balance)
    for (const hand of all)
      for (let surplus = hand.items.length - (quota.get(hand) ?? 0); surplus > 0; surplus -= 1) {
        const item = leastMissed(hand, groupOf);
        if (item === undefined) break;
        hand.drop(item, groupOf(item));
        // What was to go back to a worker that has returned is held by nobody: it needs no second round to move on.
        if (!input.heldBy.has(item)) free.push(item);
      }
  dealOut(free, all, (hand) => !input.balance || hand.items.length < (quota.get(hand) ?? 0), groupOf);
  return new Map(all.map((hand) => [hand.member, hand.items]));
}
