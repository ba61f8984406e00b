import assert from 'node:assert/strict';
import { PipelineMeter } from './pipeline-meter.ts';

function batch(events: number, bytes: number) {
  return {
    events: Array.from({ length: events }, () => ({ kind: 'heartbeat', timeMs: 1 }) as const),
    offsets: [],
    bytes,
  };
}

describe('the figures of a pipeline', () => {
  it('tell what was read from what Kafka has acknowledged', () => {
    let now = 10;
    const meter = new PipelineMeter(() => now);
    const [large, small] = [batch(5, 500), batch(2, 20)];
    meter.emitted(large);
    now = 20;
    meter.emitted(small);
    meter.emitted(batch(0, 0));
    now = 30;
    meter.committed([large], 4);
    const { polled, acknowledged, bytes, activeMax, batchSizeMax, lastRecordMs, lastAckMs } = meter.figures;
    assert.deepEqual({ polled, acknowledged, bytes }, { polled: 7, acknowledged: 5, bytes: 500 });
    assert.deepEqual(
      { activeMax, batchSizeMax, lastRecordMs, lastAckMs },
      { activeMax: 7, batchSizeMax: 5, lastRecordMs: 20, lastAckMs: 30 },
    );
    meter.committed([small], 6);
    meter.failed();
    const { transactionSizeMin, transactionSizeMax, commits, commitFailures, commitTimeTotalMs, commitTimeMaxMs } =
      meter.figures;
    assert.deepEqual({ transactionSizeMin, transactionSizeMax }, { transactionSizeMin: 2, transactionSizeMax: 5 });
    assert.deepEqual([commits, commitFailures, commitTimeTotalMs, commitTimeMaxMs], [2, 1, 10, 6]);
  });
});
