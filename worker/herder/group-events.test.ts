import assert from 'node:assert/strict';
import type { ConfigSnapshot, ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { GroupLeader } from '../group/group-leader.ts';
import { decodeAssignment, encodeAssignment, type MemberAssignment } from '../group/member-assignment.ts';
import { decodeMetadata, encodeMetadata } from '../group/member-metadata.ts';
import { noWork, type Work } from '../group/work.ts';
import { GroupEvents } from './group-events.ts';
import { RebalanceMeter } from '../health/rebalance-meter.ts';
import { Membership } from './membership.ts';

function connector(tasks: number): ConnectorConfigState {
  return {
    config: {},
    targetState: 'STARTED',
    tasks: Array.from({ length: tasks }, (_, task) => ({ task: String(task) })),
    inconsistent: false,
    appliedConfig: undefined,
    taskGeneration: 1n,
    taskCountRecord: undefined,
    pendingFencing: false,
  };
}

/** One worker's part in a group, with time and the rest of the worker in the hands of the test. */
function bench() {
  const calls: string[] = [];
  let held: Work = noWork;
  let view: ConfigSnapshot = { offset: -1n, connectors: new Map(), sessionKey: undefined, marker: undefined };
  let now = 0;
  let ready = true;
  const clock = { now: () => now, after: () => () => undefined };
  const membership = new Membership(clock, 6000);
  const events = new GroupEvents({
    clock,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    url: 'http://a:1',
    membership,
    leader: new GroupLeader(0),
    local: {
      get held() {
        return held;
      },
      reconcile: () => void calls.push('reconcile'),
      abandonAll: () => void calls.push('abandon all'),
    },
    view: () => view,
    meter: new RebalanceMeter(),
    onLease: (sentAt) => void calls.push(`lease ${sentAt}`),
    isReady: () => ready,
    onExpected: (tasks) => void calls.push(`expects ${tasks}`),
    onRoundNear: () => void calls.push('round near'),
    onLeading: () => void calls.push('leading'),
    onFollowing: () => void calls.push('following'),
    onLost: () => void calls.push('lost'),
  });
  events.connect((reason) => void calls.push(`rejoin: ${reason}`));
  return {
    calls,
    events,
    membership,
    seen: () => calls.splice(0),
    pass: (ms: number) => void (now += ms),
    be: (able: boolean) => void (ready = able),
    hold: (work: Work) => void (held = work),
    know: (offset: bigint, ...connectors: [string, ConnectorConfigState][]) =>
      void (view = { ...view, offset, connectors: new Map(connectors) }),
    assigned: (work: Work, isLeader = false, more: Partial<MemberAssignment> = {}) => {
      const assignment = encodeAssignment({ leader: 'm', leaderUrl: 'http://a:1', configOffset: 1n, work, ...more });
      events.onAssigned({ generation: 5, memberId: 'm', leaderId: 'm', isLeader, assignment });
    },
  };
}

describe('a worker in its group', () => {
  it('stops everything before anything else when its membership is lost', () => {
    const { events, assigned, seen } = bench();
    assigned(noWork);
    seen();
    events.onLost('no heartbeat');
    assert.deepEqual(seen().slice(0, 2), ['abandon all', 'lost']);
  });

  it('says what it owns and what it has not finished stopping', () => {
    const { events, assigned, hold } = bench();
    assigned({ connectors: ['x'], tasks: ['x-0'] });
    hold({ connectors: [], tasks: ['x-0', 'y-0'] });
    const { held, generation } = decodeMetadata(events.metadata(), 'm');
    assert.deepEqual({ held, generation }, { held: { connectors: ['x'], tasks: ['x-0', 'y-0'] }, generation: 5 });
  });

  it('says that it is not ready for work, and asks for its share when it is', () => {
    const { events, assigned, be, know, seen } = bench();
    know(7n, ['x', connector(2)]);
    be(false);
    assert.equal(decodeMetadata(events.metadata(), 'm').ready, false);
    assigned(noWork, false, { expected: 3 });
    events.readied();
    assert.ok(seen().includes('expects 3'));
    be(true);
    events.readied();
    assert.deepEqual(seen(), ['rejoin: a worker is ready for its share']);
    assert.equal(decodeMetadata(events.metadata(), 'm').ready, true);
    assigned(noWork);
    assert.ok(!seen().some((call) => call.startsWith('rejoin')));
  });

  it('asks for its share after the round during which it became ready', () => {
    const { events, assigned, be, know, seen } = bench();
    know(7n, ['x', connector(2)]);
    be(false);
    events.metadata();
    be(true);
    events.readied();
    assert.deepEqual(seen(), []);
    assigned(noWork);
    assert.ok(seen().includes('rejoin: a worker is ready for its share'));
  });

  it('asks for no round when it becomes ready with its share in hand, or with nothing to share', () => {
    const { events, assigned, be, know, seen } = bench();
    be(false);
    events.metadata();
    be(true);
    assigned(noWork);
    know(7n, ['x', connector(2)]);
    assigned({ connectors: ['x'], tasks: ['x-0'] });
    assert.ok(!seen().some((call) => call.startsWith('rejoin')));
  });

  it('listens closely when another round is near', () => {
    const { assigned, seen } = bench();
    assigned(noWork, false, { roundNear: true });
    assert.ok(seen().includes('round near'));
  });

  it('announces that it leaves, and knows when the others have heard', async () => {
    const { events, assigned, seen } = bench();
    assigned({ connectors: [], tasks: ['x-0'] });
    seen();
    const announced = events.announceLeaving(new AbortController().signal);
    assert.deepEqual(seen(), ['rejoin: a worker is about to leave']);
    assert.equal(decodeMetadata(events.metadata(), 'm').leaving, true);
    assigned({ connectors: [], tasks: ['x-0'] }, false, { roundNear: true });
    await announced;
  });

  it('leaves without a word when it holds nothing', async () => {
    const { events, assigned, seen } = bench();
    assigned(noWork);
    seen();
    await events.announceLeaving(new AbortController().signal);
    assert.deepEqual(seen(), []);
  });

  it('asks for another round once the last revoked task has stopped, and only then', () => {
    const { events, assigned, hold, seen } = bench();
    assigned({ connectors: [], tasks: ['x-0', 'y-0', 'z-0'] });
    events.metadata();
    hold({ connectors: [], tasks: ['x-0', 'y-0', 'z-0'] });
    assigned({ connectors: [], tasks: ['x-0'] });
    seen();
    hold({ connectors: [], tasks: ['x-0', 'z-0'] });
    events.released();
    assert.deepEqual(seen(), []);
    hold({ connectors: [], tasks: ['x-0'] });
    events.released();
    assert.deepEqual(seen(), ['rejoin: revoked tasks have stopped']);
  });

  it('changes its metadata with every wish for a round, since the broker overlooks unchanged ones', () => {
    const { events, assigned, hold } = bench();
    assigned({ connectors: [], tasks: ['y-0'] });
    const before = decodeMetadata(events.metadata(), 'm').wish;
    assigned(noWork);
    hold(noWork);
    assert.notEqual(decodeMetadata(events.metadata(), 'm').wish, before);
  });

  it('has another round, as the leader, when there is other work than it has dealt out', () => {
    const { events, assigned, know, seen } = bench();
    assigned(noWork, true);
    seen();
    know(3n, ['x', connector(1)]);
    events.workChanged();
    assert.deepEqual(seen(), ['rejoin: connectors or tasks were added or removed']);
  });

  it('asks for no round while one is under way, and looks again at its end', () => {
    const { events, assigned, know, seen } = bench();
    assigned(noWork, true);
    events.metadata();
    know(3n, ['x', connector(1)]);
    seen();
    events.workChanged();
    assert.deepEqual(seen(), []);
    assigned(noWork, true);
    assert.equal(seen().includes('rejoin: connectors or tasks were added or removed'), true);
  });

  it('takes nothing away, as a leader that has not read the config topic yet', () => {
    const { events } = bench();
    const held: Work = { connectors: ['x'], tasks: ['x-0'] };
    const metadata = encodeMetadata({ url: 'http://b:1', configOffset: 9n, generation: 4, held, wish: 0 });
    const given = events.assign(
      [
        { memberId: 'm', metadata: events.metadata() },
        { memberId: 'o', metadata },
      ],
      'm',
    );
    assert.deepEqual(decodeAssignment(given.get('o') ?? Buffer.alloc(0)).work, held);
  });

  it('is certain of its membership for one session from the moment before a heartbeat was sent', () => {
    const { events, assigned, membership, pass } = bench();
    pass(100);
    assigned(noWork);
    assert.equal(membership.certain(), false);
    events.onHeartbeat({ generation: 5, at: 50 });
    assert.equal(membership.certain(), true);
    pass(5950);
    assert.equal(membership.certain(), false);
  });
});
