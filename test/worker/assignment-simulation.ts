import assert from 'node:assert/strict';
import { argv } from 'node:process';
import { percentile } from '../../bench/statistics.ts';
import { SeededRandom } from '../../scripts/testing/seeded-random.ts';
import { GroupLeader } from '../../worker/group/group-leader.ts';
import { decodeAssignment } from '../../worker/group/member-assignment.ts';
import { encodeMetadata } from '../../worker/group/member-metadata.ts';
import { noWork, taskKey, type Work } from '../../worker/group/work.ts';
import { fewestMoves } from '../support/fewest-moves.ts';

function difference(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

/** Workers that do what the leader says at once: every round is led, encoded and decoded as in the group. */
class Cluster {
  readonly held = new Map<string, Work>();
  /** Tasks per connector. */
  readonly connectors = new Map<string, number>();
  readonly roundMs: number[] = [];
  readonly cpuMs: number[] = [];
  readonly #leader = new GroupLeader(0);
  #generation = 0;

  get work(): Work {
    const tasks = [...this.connectors].flatMap(([name, count]) =>
      Array.from({ length: count }, (_, number) => taskKey(name, number)),
    );
    return { connectors: [...this.connectors.keys()], tasks };
  }

  /** One round; answers how many tasks living members had to give up, and whether every piece has an owner now. */
  round(work: Work): { givenUp: number; settled: boolean } {
    this.#generation += 1;
    const members = [...this.held].map(([memberId, held]) => ({
      memberId,
      metadata: encodeMetadata({ url: memberId, configOffset: 1n, generation: this.#generation, held, wish: 0 }),
    }));
    const cpu = process.cpuUsage();
    const before = performance.now();
    const given = this.#leader.assign({
      leader: members[0]?.memberId ?? '',
      members,
      work,
      configOffset: 1n,
      nowMs: 0,
    });
    this.roundMs.push(performance.now() - before);
    this.cpuMs.push(process.cpuUsage(cpu).user / 1000);
    const exists = new Set(work.tasks);
    const owned = new Set<string>();
    let givenUp = 0;
    let connectors = 0;
    for (const [id, held] of this.held) {
      const share = decodeAssignment(given.get(id) ?? Buffer.of()).work;
      const keeps = new Set(share.tasks);
      connectors += share.connectors.length;
      for (const task of share.tasks) {
        assert.equal(owned.has(task), false, `${task} was given twice`);
        owned.add(task);
      }
      for (const task of held.tasks) if (exists.has(task) && !keeps.has(task)) givenUp += 1;
      this.held.set(id, share);
    }
    return { givenUp, settled: owned.size === work.tasks.length && connectors === work.connectors.length };
  }
}

/** What the rounds of a simulation took, in milliseconds. */
export interface RoundTimes {
  readonly rounds: number;
  readonly wall: Spread;
  readonly processor: Spread;
  /** The longest rounds by their number, from 1: the first ones run code that is not compiled yet, others hold a garbage collection. */
  readonly longest: readonly { readonly round: number; readonly ms: number }[];
}

interface Spread {
  readonly median: number;
  readonly p99: number;
  readonly maximum: number;
}

function spreadOf(times: readonly number[]): Spread {
  const at = (fraction: number): number => Number(percentile(times, fraction).toFixed(1));
  return { median: at(0.5), p99: at(0.99), maximum: at(1) };
}

/** 100 workers, 5,000 tasks, 1,000 events. Throws what is wrong with an assignment. */
function simulate(seed: number): RoundTimes {
  const random = new SeededRandom(seed);
  const cluster = new Cluster();
  for (let worker = 0; worker < 100; worker += 1) cluster.held.set(`w${worker}`, noWork);
  for (let name = 0; name < 500; name += 1) cluster.connectors.set(`c${name}`, 10);
  cluster.round(cluster.work);
  for (let event = 0; event < 1000; event += 1) {
    const ids = [...cluster.held.keys()];
    const name = `c${random.below(500)}`;
    // Around 100 workers and 5,000 tasks: joins and leaves are as likely as each other, and so are growth and shrinking.
    const kind = random.below(4);
    if (kind === 0 && ids.length < 110) cluster.held.set(`n${event}`, noWork);
    else if (kind === 1 && ids.length > 90) cluster.held.delete(ids[random.below(ids.length)] ?? '');
    else if (kind === 2) cluster.connectors.delete(name);
    else cluster.connectors.set(name, 5 + random.below(14));
    const { work } = cluster;
    const exists = new Set(work.tasks);
    const living = [...cluster.held.values()].map(({ tasks }) => tasks.filter((task) => exists.has(task)).length);
    const { givenUp, settled } = cluster.round(work);
    assert.equal(givenUp, fewestMoves(living, work.tasks.length), `moves after event ${event}`);
    if (!settled) assert.deepEqual(cluster.round(work), { givenUp: 0, settled: true });
    const shares = [...cluster.held.values()];
    assert.ok(difference(shares.map(({ tasks }) => tasks.length)) <= 1, `tasks after event ${event}`);
    assert.ok(difference(shares.map(({ connectors }) => connectors.length)) <= 1, `connectors after event ${event}`);
  }
  const longest = cluster.roundMs
    .map((ms, place) => ({ round: place + 1, ms: Number(ms.toFixed(1)) }))
    .toSorted((left, right) => right.ms - left.ms)
    .slice(0, 6);
  // On a machine that others use too the processor time is what a round costs.
  const { roundMs, cpuMs } = cluster;
  return { rounds: roundMs.length, wall: spreadOf(roundMs), processor: spreadOf(cpuMs), longest };
}

process.stdout.write(JSON.stringify(simulate(Number(argv[2]))));
