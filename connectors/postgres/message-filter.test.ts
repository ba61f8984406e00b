import assert from 'node:assert/strict';
import { regexList } from '../../settings/regex-list.ts';
import { asksForMessages, messageFilter } from './message-filter.ts';

const lists = (include: string | null, exclude: string | null): Parameters<typeof messageFilter>[0] => ({
  messageInclude: include === null ? null : regexList(include),
  messageExclude: exclude === null ? null : regexList(exclude),
});

describe('the choice of logical messages', () => {
  it('takes all prefixes without lists, and by regular expressions over the whole prefix with one', () => {
    const taken = (...[include, exclude]: Parameters<typeof lists>): string[] =>
      ['', 'app', 'app.audit', 'other'].filter(messageFilter(lists(include, exclude)));
    assert.deepEqual(taken(null, null), ['', 'app', 'app.audit', 'other']);
    assert.deepEqual(taken('APP', null), ['app']);
    assert.deepEqual(taken('app.*,x', null), ['app', 'app.audit']);
    assert.deepEqual(taken(null, 'app.*'), ['', 'other']);
  });

  it('does not ask the server for messages of which none is wanted', () => {
    assert.equal(asksForMessages(lists(null, null)), true);
    assert.equal(asksForMessages(lists('app', null)), true);
    assert.equal(asksForMessages(lists(null, 'app')), true);
    assert.equal(asksForMessages(lists(null, '.*')), false);
  });
});
