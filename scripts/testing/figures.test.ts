import assert from 'node:assert/strict';
import { addFigures, figuresLine, NO_FIGURES } from './figures.ts';

describe('figures of a test run', () => {
  it('are the sum over the suites', () => {
    const lines = ['{"passed":10,"failed":0,"skipped":1}', '{"passed":5,"failed":2,"skipped":0}'];
    assert.equal(figuresLine(lines.reduce(addFigures, NO_FIGURES)), '15 passed, 2 failed, 1 skipped');
  });
});
