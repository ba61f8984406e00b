import assert from 'node:assert/strict';
import { GroupLeader } from './group-leader.ts';
import { decodeAssignment } from './member-assignment.ts';
import { encodeMetadata } from './member-metadata.ts';
import { noWork, type Work } from './work.ts';

const work: Work = { connectors: ['x'], tasks: ['x-0', 'x-1'] };

function joined(memberId: string, held: Work = noWork, ready?: boolean) {
  const url = `http://${memberId.slice(0, 1)}:8083`;
  return { memberId, metadata: encodeMetadata({ url, configOffset: 5n, generation: 1, held, wish: 0, ready }) };
}

function shares(leader: GroupLeader, members: ReturnType<typeof joined>[], nowMs: number): Map<string, Work> {
  const given = leader.assign({ leader: 'a1', members, work, configOffset: 7n, nowMs });
  return new Map([...given].map(([id, bytes]) => [id, decodeAssignment(bytes).work]));
}

describe('leader of the group', () => {
  it('tells every member who leads and how far the configuration was read', () => {
    const given = new GroupLeader(0).assign({
      leader: 'a1',
      members: [joined('a1'), joined('b1')],
      work,
      configOffset: 7n,
      nowMs: 0,
    });
    const { leader, leaderUrl, configOffset } = decodeAssignment(given.get('b1') ?? Buffer.alloc(0));
    assert.deepEqual(
      { leader, leaderUrl, configOffset },
      { leader: 'a1', leaderUrl: 'http://a:8083', configOffset: 7n },
    );
  });

  it('takes nothing from anybody for a worker that is still starting, and says what it may expect', () => {
    const leader = new GroupLeader(0);
    const members = [joined('a1', work, true), joined('b1', noWork, false)];
    const given = leader.assign({ leader: 'a1', members, work, configOffset: 7n, nowMs: 0 });
    const [first, second] = ['a1', 'b1'].map((id) => decodeAssignment(given.get(id) ?? Buffer.alloc(0)));
    assert.deepEqual(first?.work, work);
    assert.equal(first.roundNear, undefined);
    assert.deepEqual(second?.work, noWork);
    assert.equal(second.expected, 1);
  });

  it('tells everybody that another round is near when something must be stopped first', () => {
    const leader = new GroupLeader(0);
    const members = [joined('a1', work, true), joined('b1', noWork, true)];
    const given = leader.assign({ leader: 'a1', members, work, configOffset: 7n, nowMs: 0 });
    for (const bytes of given.values()) assert.equal(decodeAssignment(bytes).roundNear, true);
  });

  it('leaves a worker that is about to go what it holds, and tells everybody to listen for its end', () => {
    const held: Work = { connectors: [], tasks: ['x-0'] };
    const metadata = encodeMetadata({
      url: 'http://b:1',
      configOffset: 5n,
      generation: 1,
      held,
      wish: 1,
      ready: true,
      leaving: true,
    });
    const members = [joined('a1', { connectors: ['x'], tasks: ['x-1'] }, true), { memberId: 'b1', metadata }];
    const given = new GroupLeader(0).assign({ leader: 'a1', members, work, configOffset: 7n, nowMs: 0 });
    const shares = [...given].map(([id, bytes]) => [id, decodeAssignment(bytes)] as const);
    for (const [, { roundNear }] of shares) assert.equal(roundNear, true);
    assert.deepEqual(new Map(shares).get('b1')?.work, held);
  });

  it('gives the work of a departed worker to those that are ready', () => {
    const leader = new GroupLeader(0);
    const after = shares(leader, [joined('a1', noWork, false), joined('b1', noWork, true)], 0);
    assert.deepEqual(after.get('b1'), work);
  });

  it('hands the work of a departed worker over at once without a delay', () => {
    const leader = new GroupLeader(0);
    const before = shares(leader, [joined('a1'), joined('b1')], 0);
    const after = shares(leader, [joined('a1', before.get('a1'))], 1);
    assert.deepEqual(after.get('a1')?.tasks.toSorted(), ['x-0', 'x-1']);
    assert.equal(leader.delayMs, 0);
  });

  it('keeps the work of a departed worker for the delay, then hands it over', () => {
    const leader = new GroupLeader(1000);
    const before = shares(leader, [joined('a1'), joined('b1')], 0);
    const waiting = shares(leader, [joined('a1', before.get('a1'))], 100);
    assert.deepEqual(waiting.get('a1')?.tasks, before.get('a1')?.tasks);
    assert.equal(leader.delayMs, 1000);
    const later = shares(leader, [joined('a1', before.get('a1'))], 600);
    assert.deepEqual(later.get('a1')?.tasks, before.get('a1')?.tasks);
    assert.equal(leader.delayMs, 500);
    const due = shares(leader, [joined('a1', before.get('a1'))], 1100);
    assert.equal(due.get('a1')?.tasks.length, 2);
    assert.equal(leader.delayMs, 0);
  });

  it('gives a worker that returns within the delay its own work back', () => {
    const leader = new GroupLeader(1000);
    const before = shares(leader, [joined('a1'), joined('b1')], 0);
    shares(leader, [joined('a1', before.get('a1'))], 100);
    const back = shares(leader, [joined('a1', before.get('a1')), joined('b2'), joined('c1')], 200);
    assert.deepEqual(back.get('b2')?.tasks, before.get('b1')?.tasks);
    assert.equal(leader.delayMs, 0);
  });

  it('knows which worker owns a task', () => {
    const leader = new GroupLeader(0);
    const given = shares(leader, [joined('a1'), joined('b1')], 0);
    const task = given.get('b1')?.tasks[0] ?? '';
    assert.equal(leader.ownerUrl('tasks', task), 'http://b:8083');
    assert.equal(leader.ownerUrl('tasks', 'y-0'), undefined);
  });

  it('refuses a member that speaks another version', () => {
    const stranger = { memberId: 's', metadata: Buffer.from('{"v":2}') };
    const round = { leader: 'a1', members: [stranger], work, configOffset: 0n, nowMs: 0 };
    assert.throws(() => new GroupLeader(0).assign(round), { code: 'GROUP_MESSAGE_UNREADABLE' });
  });
});
