import assert from 'node:assert/strict';
import { percentile, spread, spreadText } from './statistics.ts';

describe('statistics', () => {
  it('takes percentiles by nearest rank', () => {
    assert.equal(percentile([5, 1, 3], 0.5), 3);
    assert.equal(percentile([1, 2, 3, 4], 0.99), 4);
    assert.equal(percentile([7], 0.01), 7);
  });

  it('prints the median with its range', () => {
    assert.equal(spreadText(spread([1000, 3000, 2000])), '2,000 (1,000–3,000)');
    assert.equal(spreadText(spread([1.5])), '1.50 (1.50–1.50)');
  });
});
