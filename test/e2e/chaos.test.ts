import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chaosLine, runChaos } from '../../scripts/chaos/run-chaos.ts';
import { Stack } from '../../scripts/stack/stack.ts';

const SEED = 11;

describe('chaos', () => {
  it('a minute of kills, freezes, cuts, restarts and changed configurations loses, repeats and reorders nothing', async function () {
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
    } finally {
      await stack.close();
    }
  });
});
