import assert from 'node:assert/strict';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { debeziumFormat } from '../../formats/debezium/debezium-format.ts';
import { change, column, table, TextSink } from '../../test/support/encoded.ts';
import { EncodedOutput } from './encoded-output.ts';
import type { EventOutput } from './event-output.ts';
import { noErrors, RecordErrors } from './record-errors.ts';
import type { OutputTopic } from './record-output.ts';

const amounts = table('amounts', [
  column('id', { kind: 'int32' }, { optional: false }),
  column('amount', { kind: 'decimal', precision: 10, scale: 2 }, { optional: false }),
]);
const events = ['1.00', 'NaN', '2.00', 'NaN'].map((amount, id) =>
  change('c', amounts, { after: [String(id), amount] }),
);
const silent: TaskLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const noRecords: EventOutput = { append: () => 0, ready: () => Promise.resolve(), errors: noErrors };

const handling = {
  retryTimeoutMs: 0,
  retryDelayMaxMs: 60_000,
  tolerance: 'none',
  logs: false,
  logsRecords: false,
} as const;

class Topic extends TextSink implements OutputTopic {
  readonly name = 'amounts';
}

describe('Topics of tables', () => {
  it('are opened without a record, each once', async () => {
    const names: string[] = [];
    const topic = new Topic();
    const output = new EncodedOutput({
      format: debeziumFormat({ 'topic.prefix': 'p' }, {}),
      openTopic: (name) => {
        names.push(name);
        return Promise.resolve(topic);
      },
      structured: noRecords,
      failures: new RecordErrors({ id: 'c-0', handling, log: silent }),
    });
    const tables = ['a', 'b c', 'a'].map((name) => ({ kind: 'table', schema: 's', table: name }) as const);
    for (let done = output.append(tables, 0); done < tables.length; done = output.append(tables, done))
      await output.ready();
    assert.deepEqual([names, topic.records], [['p.s.a', 'p.s.b_c'], []]);
  });
});

async function opened(tolerance: 'none' | 'all'): Promise<{ output: EncodedOutput<Topic>; topic: Topic }> {
  const topic = new Topic();
  const output = new EncodedOutput({
    format: debeziumFormat({ 'topic.prefix': 'p' }, {}),
    openTopic: () => Promise.resolve(topic),
    structured: noRecords,
    failures: new RecordErrors({ id: 'c-0', handling: { ...handling, tolerance }, log: silent }),
  });
  assert.equal(output.append(events, 0), 0);
  await output.ready();
  return { output, topic };
}

describe('Row changes on the direct way', () => {
  it('without a form are skipped one by one with errors.tolerance=all', async () => {
    const { output, topic } = await opened('all');
    assert.equal(output.append(events, 0), events.length);
    assert.deepEqual(
      topic.records.map(({ value }) => /"after":\{"id":(\d+)/.exec(value ?? '')?.[1]),
      ['0', '2'],
    );
    assert.equal(output.errors.skipped, 2);
  });

  it('without a form end the task otherwise', async () => {
    const { output } = await opened('none');
    assert.throws(() => output.append(events, 0), { code: 'VALUE_WITHOUT_FORM' });
  });

  it('end with the sender, whatever is tolerated', async () => {
    const { output, topic } = await opened('all');
    topic.append = () => {
      throw new Error('the sender is over');
    };
    assert.throws(() => output.append(events, 0), /the sender is over/);
  });
});
