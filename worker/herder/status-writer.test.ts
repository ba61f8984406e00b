import assert from 'node:assert/strict';
import { Membership } from './membership.ts';
import { StatusWriter } from './status-writer.ts';

function bench() {
  let now = 0;
  const written: string[] = [];
  const membership = new Membership({ now: () => now, after: () => () => undefined }, 6000);
  const writer = new StatusWriter({
    membership,
    sink: {
      put: (_id, { state, generation }) => void written.push(`${state} ${generation}`),
      putSafe: (_id, { state, generation }) => void written.push(`${state} ${generation} safely`),
    },
    workerId: 'a:1',
    versionOf: () => null,
  });
  const join = (generation: number): void =>
    membership.joined({
      memberId: 'm',
      generation,
      isLeader: false,
      leaderUrl: '',
      work: { connectors: [], tasks: [] },
    });
  return { written, membership, writer, join, pass: (ms: number) => void (now += ms) };
}

describe('statuses of a worker', () => {
  it('carry the generation, and failures never hide what a successor has written', () => {
    const { written, membership, writer, join } = bench();
    join(5);
    membership.beat(0);
    writer.report({ connector: 'x', task: 0 }, 'RUNNING');
    writer.report({ connector: 'x', task: 0 }, 'FAILED', 'boom');
    assert.deepEqual(written, ['RUNNING 5', 'FAILED 5 safely']);
  });

  it('wait while it is uncertain whether the worker still is a member, the newest of each only', () => {
    const { written, membership, writer, join, pass } = bench();
    join(5);
    membership.beat(0);
    pass(7000);
    writer.report({ connector: 'x', task: 0 }, 'RUNNING');
    writer.report({ connector: 'x', task: 0 }, 'FAILED', 'boom');
    assert.deepEqual(written, []);
    membership.beat(6900);
    writer.confirmed();
    assert.deepEqual(written, ['FAILED 5 safely']);
  });

  it('are dropped when the worker turns out to be no member any more', () => {
    const { written, membership, writer, join, pass } = bench();
    join(5);
    membership.beat(0);
    pass(7000);
    writer.report({ connector: 'x', task: 0 }, 'FAILED', 'boom');
    membership.lost();
    writer.drop();
    join(7);
    membership.beat(7000);
    writer.confirmed();
    assert.deepEqual(written, []);
  });
});
