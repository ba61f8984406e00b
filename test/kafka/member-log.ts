import { GroupMember, type Assigned, type GroupMemberOptions } from '../../kafka/group-member.ts';

export type MemberEvent =
  | { readonly kind: 'assigned'; readonly assigned: Assigned; readonly text: string }
  | { readonly kind: 'beat'; readonly generation: number; readonly at: number }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: Error };

type Kind = MemberEvent['kind'];
type Of<K extends Kind> = Extract<MemberEvent, { readonly kind: K }>;

/** Events in the order in which they came, and a way to wait for the next one that fits. */
export class MemberEvents {
  readonly all: MemberEvent[] = [];
  readonly #watchers = new Set<() => void>();

  add(event: MemberEvent): void {
    this.all.push(event);
    for (const look of this.#watchers) look();
  }

  of<K extends Kind>(kind: K): Of<K>[] {
    return this.all.filter((event): event is Of<K> => event.kind === kind);
  }

  /** Settles when the next event comes. */
  async another(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = (): void => resolve(undefined);
    this.#watchers.add(look);
    await promise.finally(() => this.#watchers.delete(look));
  }

  /** The first event of the kind, from position `from` on, for which the condition holds; waits for it. */
  async next<K extends Kind>(kind: K, holds: (event: Of<K>) => boolean = () => true, from = 0): Promise<Of<K>> {
    const { promise, resolve } = Promise.withResolvers<Of<K>>();
    const look = (): void => {
      const found = this.all.slice(from).find((event): event is Of<K> => event.kind === kind && holds(event as Of<K>));
      if (found !== undefined) resolve(found);
    };
    this.#watchers.add(look);
    look();
    return await promise.finally(() => this.#watchers.delete(look));
  }
}

/** A member whose leader gives everybody `<sender's metadata> of <all metadata>` and that keeps its events. */
export class LoggedMember {
  readonly events = new MemberEvents();
  readonly member: GroupMember;
  metadata: string;

  constructor(name: string, options: Pick<GroupMemberOptions, 'cluster' | 'group'> & Partial<GroupMemberOptions>) {
    this.metadata = name;
    const { events } = this;
    this.member = new GroupMember({
      sessionTimeoutMs: 3000,
      heartbeatIntervalMs: 100,
      rebalanceTimeoutMs: 20_000,
      metadata: () => Buffer.from(this.metadata),
      assign: (members) => {
        const all = members
          .map(({ metadata }) => metadata.toString())
          .sort()
          .join(',');
        return new Map(
          members.map(({ memberId, metadata }) => [memberId, Buffer.from(`${String(metadata)} of ${all}`)]),
        );
      },
      events: {
        onAssigned: (assigned) => events.add({ kind: 'assigned', assigned, text: assigned.assignment.toString() }),
        onHeartbeat: (beat) => events.add({ kind: 'beat', ...beat }),
        onLost: (reason) => events.add({ kind: 'lost', reason }),
        onFailed: (error) => events.add({ kind: 'failed', error }),
      },
      ...options,
    });
    this.member.start();
  }

  /** Waits for an assignment with this text. */
  async assigned(text: string, from = 0): Promise<Assigned> {
    return (await this.events.next('assigned', (event) => event.text === text, from)).assigned;
  }

  /** Position after the events so far, for `from`. */
  get mark(): number {
    return this.events.all.length;
  }
}
