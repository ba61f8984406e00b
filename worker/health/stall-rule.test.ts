import assert from 'node:assert/strict';
import { stallOf, type StallFacts } from './stall-rule.ts';

const limitMs = 60_000;
const idle: StallFacts = {
  sinceProgressMs: 600_000,
  sinceReportMs: 1000,
  pendingBytes: 0,
  lagBytes: 0,
  headMoved: false,
};

describe('the stall rule', () => {
  it('leaves an idle task alone, however long nothing comes', () => {
    assert.equal(stallOf(idle, limitMs), null);
    assert.equal(stallOf({ ...idle, lagBytes: null }, limitMs), null);
    assert.equal(stallOf({ ...idle, lagBytes: 40 }, limitMs), null, 'the end of a log that does not move');
  });

  it('reports a source that goes on while nothing is acknowledged, once the limit is reached', () => {
    const moving = { ...idle, lagBytes: 4096, headMoved: true };
    assert.equal(stallOf({ ...moving, sinceProgressMs: limitMs - 1 }, limitMs), null);
    assert.equal(stallOf({ ...moving, sinceProgressMs: limitMs }, limitMs), 'not-acknowledged');
  });

  it('reports what was handed over and is not acknowledged, whatever is known of the source', () => {
    assert.equal(stallOf({ ...idle, lagBytes: null, pendingBytes: 1 }, limitMs), 'not-acknowledged');
  });

  it('reports a host that says nothing any more', () => {
    assert.equal(stallOf({ ...idle, sinceProgressMs: 0, sinceReportMs: limitMs }, limitMs), 'no-report');
  });
});
