import assert from 'node:assert/strict';
import { ClusterWarnings } from './cluster-warnings.ts';

describe('warnings about the cluster', () => {
  it('are logged once, however often they come, and counted', () => {
    const lines: string[] = [];
    const silent = () => undefined;
    const log = {
      debug: silent,
      info: silent,
      warn: silent,
      error: (_f: object, text: string) => void lines.push(text),
    };
    const warnings = new ClusterWarnings(log, () => new Date(0));
    const foreign = { code: 'FOREIGN_WRITER', topic: 't', message: 'm', unhealthy: false } as const;
    for (let times = 0; times < 3; times += 1) warnings.report(foreign);
    assert.deepEqual(lines, ['m']);
    assert.deepEqual(warnings.all, [{ ...foreign, first: new Date(0), last: new Date(0), count: 3 }]);
    assert.equal(warnings.unhealthy, undefined);
    warnings.report({ code: 'INTERNAL_TOPIC_LOST', topic: 't', message: 'gone', unhealthy: true });
    assert.equal(warnings.unhealthy, 'INTERNAL_TOPIC_LOST: gone');
  });
});
