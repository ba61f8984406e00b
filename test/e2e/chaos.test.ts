import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaosLine, runChaos } from '../../scripts/chaos/run-chaos.ts';
import { Stack } from '../../scripts/stack/stack.ts';

/** Its first minute asks for snapshots by several channels, adds a table and begins a connector anew. */
const SEED = 29;
/** Connectors that begin with a snapshot. */
const BEGUN = 2;

describe('chaos', () => {
  it('a minute of kills, freezes, cuts, restarts, changed configurations, snapshots, signals and added tables loses, repeats and reorders nothing', async function () {
    this.timeout(600_000);
    const lines: string[] = [];
    const stack = await Stack.open({ name: 'chaos' });
    try {
      const report = await runChaos({
        stack,
        seed: SEED,
        minutes: 1,
        workers: 3,
        connectors: 3,
        faultsPerMinute: 14,
        signal: new AbortController().signal,
        print: (line) => void lines.push(line),
        evidenceFolder: join(tmpdir(), `millrace-chaos-seed-${SEED}-test`),
      });
      assert.deepEqual(report.problems, [], lines.join('\n'));
      assert.match(chaosLine(report), /^faults [1-9]\d*, lost 0, duplicated 0, out of order 0$/);
      const { initial, incremental, stopped, addedTables } = report.judgement.snapshots;
      const all = JSON.stringify(report.judgement.snapshots);
      assert.ok(initial > BEGUN && incremental + stopped > 0 && addedTables > 0, all);
    } finally {
      await stack.close();
    }
  });
});
