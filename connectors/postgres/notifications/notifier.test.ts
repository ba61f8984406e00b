import assert from 'node:assert/strict';
import { isMap, Struct } from '../../connect-data.ts';
import type { TaskLog } from '../../source-connector.ts';
import { Notifier } from './notifier.ts';

describe('notifications', () => {
  let lines: Readonly<Record<string, unknown>>[];
  const note = (fields: Readonly<Record<string, unknown>>): void => void lines.push(fields);
  const log: TaskLog = { debug: note, info: note, warn: note, error: note };
  const notifier = (...channels: string[]): Notifier => new Notifier({ server: 'inv', channels, topic: 'told', log });

  beforeEach(() => (lines = []));

  it("become records as Debezium's sink channel makes them", () => {
    const sink = notifier('sink');
    sink.notify('Incremental Snapshot', 'STARTED', { data_collections: 'public.a' }, 'signal-1');
    const [event, ...more] = sink.take();
    assert.deepEqual(more, []);
    assert.deepEqual(sink.take(), []);
    const record = event?.record;
    assert.ok(record?.key instanceof Struct && record.value instanceof Struct);
    assert.equal(record.topic, 'told');
    assert.equal(record.key.schema.name, 'io.debezium.connector.common.NotificationKey');
    assert.deepEqual(record.key.values, ['signal-1']);
    assert.equal(record.value.schema.name, 'io.debezium.connector.common.Notification');
    assert.deepEqual(
      record.value.schema.fields?.map(({ name }) => name),
      ['id', 'type', 'aggregate_type', 'additional_data', 'timestamp'],
    );
    const data = record.value.get('additional_data') ?? null;
    assert.ok(isMap(data));
    assert.deepEqual(
      [...data],
      [
        ['connector_name', 'inv'],
        ['data_collections', 'public.a'],
      ],
    );
    assert.deepEqual(lines, []);
  });

  it('are lines of the log on the channel log', () => {
    const told = notifier('log');
    told.notify('Initial Snapshot', 'COMPLETED');
    assert.equal(lines.length, 1);
    assert.equal(told.isWaiting, false);
  });

  it('go nowhere unless a channel is enabled', () => {
    const nobody = notifier();
    nobody.notify('Initial Snapshot', 'COMPLETED');
    assert.deepEqual([lines.length, nobody.isWaiting], [0, false]);
  });
});
