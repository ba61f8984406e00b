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

  it('takes what the trigger writes about DDL only where that is captured, and no heartbeat of any connector', () => {
    const own = ['millrace.ddl', 'millrace.heartbeat'];
    assert.deepEqual(own.filter(messageFilter(lists(null, null))), []);
    for (const ddlCapture of ['existing', 'install'] as const)
      assert.deepEqual(own.filter(messageFilter({ ...lists('app', null), ddlCapture })), ['millrace.ddl']);
    assert.deepEqual(own.filter(messageFilter({ ...lists(null, null), ddlCapture: 'remove' })), []);
    assert.equal(asksForMessages({ ...lists(null, '.*'), heartbeatWrite: 'message' }), true);
    assert.equal(asksForMessages({ ...lists(null, '.*'), ddlCapture: 'existing' }), true);
    assert.equal(asksForMessages({ ...lists(null, '.*'), heartbeatWrite: 'table', ddlCapture: 'off' }), false);
  });

  it('does not ask the server for messages of which none is wanted', () => {
    assert.equal(asksForMessages(lists(null, null)), true);
    assert.equal(asksForMessages(lists('app', null)), true);
    assert.equal(asksForMessages(lists(null, 'app')), true);
    assert.equal(asksForMessages(lists(null, '.*')), false);
  });
});
