import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

const times = z.object({ median: z.number(), p99: z.number(), maximum: z.number() });
const figures = z.object({
  rounds: z.number(),
  wall: times,
  processor: times,
  longest: z.array(z.object({ round: z.number(), ms: z.number() })),
});

describe('assignment of 5,000 tasks to 100 workers', () => {
  it('is balanced to ±1 and moves the fewest tasks through 1,000 random events, seed 7', async function () {
    this.timeout(300_000);
    // In a process of its own, as a leader is: the heap of a test run takes longer to collect than a round to lead.
    const script = new URL('assignment-simulation.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [script, '7']);
    const { rounds, wall, processor, longest } = figures.parse(JSON.parse(stdout));
    assert.ok(rounds > 1000);
    const text = ({ median, p99, maximum }: z.infer<typeof times>): string =>
      `median ${median} ms, p99 ${p99} ms, maximum ${maximum} ms`;
    console.log(
      `      ${rounds} rounds: ${text(wall)}; processor ${text(processor)}; longest ${longest.map(({ round, ms }) => `${round}: ${ms}`).join(', ')}`,
    );
  });
});
