import assert from 'node:assert/strict';
import { overrideProblems, selectOverrides } from './select-overrides.ts';

const TABLES = 'snapshot.select.statement.overrides';

describe('own queries for tables of a snapshot', () => {
  it('belong to the tables that are listed', () => {
    const config = { [TABLES]: 'public.a, s.b', [`${TABLES}.public.a`]: ' SELECT 1 ', [`${TABLES}.s.b`]: 'SELECT 2' };
    assert.deepEqual(
      [...selectOverrides(config)],
      [
        ['public.a', 'SELECT 1'],
        ['s.b', 'SELECT 2'],
      ],
    );
    assert.deepEqual(overrideProblems(config), []);
    assert.equal(selectOverrides({}).size, 0);
  });

  it('are missed when only one half of them is there, or when they end in a semicolon', () => {
    const problems = (config: Record<string, string>): string[] =>
      overrideProblems(config).map(({ message }) => message);
    assert.match(problems({ [TABLES]: 'public.a' })[0] ?? '', /overrides\.public\.a, its query, is not set/);
    assert.match(problems({ [`${TABLES}.public.a`]: 'SELECT 1' })[0] ?? '', /unless .* names public\.a, too/);
    assert.match(problems({ [TABLES]: 'a.b', [`${TABLES}.a.b`]: 'SELECT 1;' })[0] ?? '', /leave its semicolon out/);
  });
});
