import assert from 'node:assert/strict';
import type { SourceConnector } from '../../connectors/source-connector.ts';
import { exactlyOnceProblems } from './exactly-once-checks.ts';

const plain: SourceConnector = {
  className: 'a.Source',
  aliases: [],
  version: '1',
  settings: {},
  validate: () => Promise.resolve([]),
  taskConfigs: () => [],
  createTask: () => ({ run: () => Promise.resolve() }),
  checkOffsets: () => undefined,
};

function problems(
  connector: Partial<SourceConnector>,
  { exactlyOnceSupport = 'requested', transactionBoundary = 'poll', enabled = true } = {},
): (readonly [string, string])[] {
  const values = {
    exactlyOnceSupport: exactlyOnceSupport === 'required' ? 'required' : 'requested',
    transactionBoundary: transactionBoundary === 'connector' ? 'connector' : 'poll',
  } as const;
  return exactlyOnceProblems({ ...plain, ...connector }, { values, config: {}, enabled }).map(
    ({ setting, message }) => [setting, message.slice(0, 45)] as const,
  );
}

function broken(): never {
  throw new Error('no database');
}

describe('pre-flight checks of exactly-once', () => {
  it('ask nothing of a connector that asks for nothing', () => {
    assert.deepEqual(problems({ exactlyOnceSupport: broken, canDefineTransactionBoundaries: broken }), []);
  });

  it('give exactly one problem when exactly-once is required and cannot be had', () => {
    const asked = { exactlyOnceSupport: 'required' };
    const found = [
      problems({}, { ...asked, enabled: false }),
      problems({}, asked),
      problems({ exactlyOnceSupport: () => 'unsupported' }, asked),
      problems({ exactlyOnceSupport: broken }, asked),
    ];
    assert.deepEqual(
      found.map((list) => list.map(([, text]) => text)),
      [
        ['This worker does not have exactly-once source'],
        ['The connector does not implement the API requ'],
        ['The connector does not support exactly-once s'],
        ['An unexpected error occurred during validatio'],
      ],
    );
    assert.ok(found.flat().every(([setting]) => setting === 'exactly.once.support'));
    assert.deepEqual(problems({ exactlyOnceSupport: () => 'supported' }, asked), []);
  });

  it('give exactly one problem when the connector cannot say where transactions end', () => {
    const asked = { transactionBoundary: 'connector' };
    for (const connector of [{}, { canDefineTransactionBoundaries: () => false }])
      assert.deepEqual(problems(connector, asked), [
        ['transaction.boundary', 'The connector does not support connector-defi'],
      ]);
    assert.equal(problems({ canDefineTransactionBoundaries: broken }, asked).length, 1);
    assert.deepEqual(problems({ canDefineTransactionBoundaries: () => true }, asked), []);
  });
});
