import assert from 'node:assert/strict';
import { goBack } from './succession/go-back.ts';
import { repeated } from './succession/reference-tail.ts';
import { startFirst } from './succession/start-first.ts';
import { Succession } from './succession/succession.ts';

/** Each test goes on where the one before it left the cluster. */
describe('succession of an at-least-once Java worker', function () {
  this.timeout(240_000);
  let moved: Succession;

  before(async function () {
    moved = new Succession({ exactlyOnce: 'disabled', java: { 'offset.flush.interval.ms': '3000' } });
    await startFirst(this, moved);
    await moved.more(200);
  });
  after(() => moved.close());

  /** Requires that ours repeats no more than what the worker that ended had not committed, and loses nothing. */
  async function oursGoesOn(): Promise<void> {
    const { changes, uncommitted } = await moved.leftBehind();
    await moved.startOurs();
    await moved.more(uncommitted + 200);
    const again = repeated(await moved.settled(), changes, moved.delivered);
    console.log(
      `      ${changes.length} delivered before, ${uncommitted} of them not covered by the stored offset, ${again} delivered again`,
    );
    assert.ok(again <= uncommitted, `${again} delivered again, but only ${uncommitted} were not committed`);
    await moved.load.resume();
  }

  it('that was stopped in order: nothing lost, nothing repeated beyond its uncommitted tail, order kept', async () => {
    await moved.java.kill('SIGTERM');
    await oursGoesOn();
  });

  it('that was killed under load, after a way back by the documented steps: the same', async () => {
    await goBack(moved);
    await moved.untilJavaStoredAnOffset();
    await moved.more(200);
    await moved.java.kill('SIGKILL');
    await oursGoesOn();
  });
});
