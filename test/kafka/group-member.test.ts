import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Admin } from '../../kafka/admin.ts';
import type { KafkaBroker } from '../../scripts/stack/kafka-broker.ts';
import type { GroupMemberOptions } from '../../kafka/group-member.ts';
import { servers } from '../support/servers.ts';
import { Opened, soon, uniqueName } from './kafka-fixtures.ts';
import { LoggedMember } from './member-log.ts';

const SESSION_MS = 3000;

describe('group member', () => {
  const opened = new Opened();
  let kafka: KafkaBroker;

  before(async () => {
    // Sessions of 6 s and more are allowed by default.
    const config = { 'group.min.session.timeout.ms': '1000' };
    kafka = await servers().stack.start('kafka', { as: 'kafka-groups', config });
  });
  after(() => servers().stack.stop('kafka-groups'));
  afterEach(() => opened.closeAll());

  function member(name: string, group: string, options: Partial<GroupMemberOptions> = {}) {
    const cluster = opened.cluster(kafka.bootstrap, { 'client.id': name });
    const logged = new LoggedMember(name, { cluster, group, ...options });
    opened.add(() => logged.member.leave());
    return logged;
  }

  /** A member in a process of its own; gives its messages one after the other. */
  function memberProcess(name: string, group: string): { child: ChildProcess; message: () => Promise<string> } {
    const child = fork(join(import.meta.dirname, 'member-process.ts'), [kafka.bootstrap, group, name]);
    const messages: string[] = [];
    child.on('message', (text) => {
      if (typeof text === 'string') messages.push(text);
    });
    opened.add(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    return {
      child,
      message: async () => {
        while (messages.length === 0) await once(child, 'message', { signal: soon() });
        return messages.shift() ?? '';
      },
    };
  }

  it('shares the work between two members, and the one that stays gets all of it and the lead', async () => {
    const group = uniqueName('group');
    const a = member('a', group);
    const alone = await a.assigned('a of a');
    assert.equal(alone.isLeader, true);
    const b = member('b', group);
    const second = await b.assigned('b of a,b');
    await a.assigned('a of a,b');
    assert.equal(second.isLeader, false);
    assert.ok(second.generation > alone.generation);
    await a.member.leave();
    const last = await b.assigned('b of b');
    assert.equal(last.isLeader, true);
    assert.equal(last.leaderId, last.memberId);
    assert.deepEqual([...a.events.of('lost'), ...b.events.of('lost')], [], 'nobody has lost its membership');
  });

  it('notices a killed member when its session is over', async () => {
    const group = uniqueName('group');
    const { child, message } = memberProcess('doomed', group);
    assert.equal(await message(), 'assigned doomed of doomed');
    const b = member('b', group);
    await b.assigned('b of b,doomed');
    child.kill('SIGKILL');
    const killed = performance.now();
    await b.assigned('b of b', b.mark);
    const after = performance.now() - killed;
    assert.ok(after > SESSION_MS / 2 && after < SESSION_MS + 10_000, `${after} ms`);
  });

  it('joins anew for changed metadata of a follower, and not for unchanged ones', async () => {
    const group = uniqueName('group');
    const leader = member('leader', group);
    await leader.assigned('leader of leader');
    const follower = member('f1', group);
    const first = await follower.assigned('f1 of f1,leader');
    await leader.assigned('leader of f1,leader');
    const mark = follower.mark;
    follower.member.requestRejoin('for nothing');
    const same = await follower.assigned('f1 of f1,leader', mark);
    assert.equal(same.generation, first.generation);
    follower.metadata = 'f2';
    follower.member.requestRejoin('new metadata');
    const next = await follower.assigned('f2 of f2,leader');
    await leader.assigned('leader of f2,leader');
    assert.equal(next.generation, first.generation + 1);
  });

  it('proves that it lives while a join is pending, and a frozen member learns of its loss before it joins again', async () => {
    const group = uniqueName('group');
    const { child, message } = memberProcess('frozen', group);
    await message();
    const a = member('a', group);
    await a.assigned('a of a,frozen');
    assert.equal(await message(), 'assigned frozen of a,frozen');
    child.kill('SIGSTOP');
    a.metadata = 'a2';
    a.member.requestRejoin('a join that has to wait for the frozen member');
    const mark = a.mark;
    await a.assigned('a2 of a2', mark);
    const beats = a.events.of('beat').map(({ at }) => at);
    const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? at));
    assert.ok(Math.max(...gaps) < SESSION_MS / 2, `longest gap between heartbeats: ${Math.max(...gaps)} ms`);
    assert.deepEqual(a.events.of('lost'), []);

    child.kill('SIGCONT');
    assert.match(await message(), /^lost (no heartbeat was answered for \d+ ms|the coordinator does not know)/);
    assert.equal(await message(), 'assigned frozen of a2,frozen');
  });

  it('reports heartbeats of its generation with the time before they were sent', async () => {
    const a = member('a', uniqueName('group'));
    const { generation } = await a.assigned('a of a');
    const now = Number(process.hrtime.bigint()) / 1e6;
    const beat = await a.events.next('beat', ({ at }) => at > now);
    assert.equal(beat.generation, generation);
    assert.ok(beat.at < Number(process.hrtime.bigint()) / 1e6);
  });

  it('says who speaks another protocol in its group, and comes in once they have gone', async () => {
    const group = uniqueName('group');
    const java = member('connect-java', group, { protocol: 'sessioned' });
    await java.assigned('connect-java of connect-java');
    const refused = member('refused', group, { sessionTimeoutMs: 1000 });
    const { error } = await refused.events.next('failed');
    assert.match(error.message, new RegExp(`^Group ${group} .* but connect/sessioned: connect-java at 127.0.0.1$`));
    const waiting = member('waiting', group);
    await java.member.leave();
    await waiting.assigned('waiting of waiting');
  });

  it('refuses a session timeout outside of what the broker allows by name', async () => {
    const a = member('a', uniqueName('group'), { sessionTimeoutMs: 500 });
    const { error } = await a.events.next('failed');
    assert.match(error.message, /session.timeout.ms 500 .*group.min.session.timeout.ms/);
  });

  it('joins again for a request that came while the leader was still deciding, once for several', async () => {
    const { promise: decision, resolve: decide } = Promise.withResolvers<undefined>();
    const { promise: deciding, resolve: asked } = Promise.withResolvers<undefined>();
    const a = member('a', uniqueName('group'), {
      assign: async (members) => {
        asked(undefined);
        await decision;
        return new Map(members.map(({ memberId, metadata }) => [memberId, metadata]));
      },
    });
    await deciding;
    a.metadata = 'a2';
    a.member.requestRejoin('one');
    a.member.requestRejoin('two');
    decide(undefined);
    const { generation } = await a.assigned('a2');
    await a.events.next('beat', (beat) => beat.generation === generation);
    assert.deepEqual(
      a.events.of('assigned').map(({ text }) => text),
      ['a', 'a2'],
    );
  });

  it('ends with the reason when the leader cannot decide', async () => {
    const failing = { assign: () => Promise.reject(new Error('no idea')) };
    const a = member('a', uniqueName('group'), failing);
    const { error } = await a.events.next('failed');
    assert.match(error.message, /no idea/);
  });

  it('is gone from the group as soon as it has left', async () => {
    const group = uniqueName('group');
    const a = member('a', group);
    await a.assigned('a of a');
    await a.member.leave();
    const count = a.mark;
    const { members } = await new Admin(opened.cluster(kafka.bootstrap)).describeGroup(group, soon());
    assert.deepEqual(members, []);
    assert.equal(a.mark, count);
  });

  it('goes on after its coordinator was killed and came back', async () => {
    const broker = await servers().stack.start('kafka', { as: 'kafka-coordinator' });
    try {
      const cluster = opened.cluster(broker.bootstrap);
      const a = new LoggedMember('a', { cluster, group: uniqueName('group'), sessionTimeoutMs: 6000 });
      await a.assigned('a of a');
      await broker.kill('SIGKILL');
      await broker.restart();
      const now = Number(process.hrtime.bigint()) / 1e6;
      await a.events.next('beat', ({ at }) => at > now);
      assert.deepEqual(a.events.of('failed'), []);
      await a.member.leave();
      await opened.closeAll();
    } finally {
      await servers().stack.stop('kafka-coordinator');
    }
  });
});
