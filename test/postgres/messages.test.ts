import assert from 'node:assert/strict';
import type { ChangeBatch } from '../../connectors/change-batch.ts';
import type { TableSchema } from '../../connectors/table-schema.ts';
import { debeziumFormat } from '../../formats/debezium/debezium-format.ts';
import { nowhere } from '../../formats/encoded-record.ts';
import type { TableEncoder } from '../../formats/format.ts';
import { TextSink } from '../support/encoded.ts';
import { postgresVersion, servers } from '../support/servers.ts';
import { OffsetStore, TaskDriver } from './support/task-driver.ts';
import { TestDatabase, until } from './support/test-database.ts';

interface Written {
  readonly topic: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What the records of batches hold, written by a format of their own as a new life of a task has one. */
function written(batches: readonly ChangeBatch[], config: Readonly<Record<string, string>>): Written[] {
  const format = debeziumFormat(
    { ...config, 'value.converter': 'JsonConverter', 'value.converter.schemas.enable': 'false' },
    {},
  );
  const encoders = new Map<TableSchema, TableEncoder>();
  const found: Written[] = [];
  for (const given of batches.flatMap(({ events }) => events)) {
    const sink = new TextSink();
    if (given.kind === 'record' || given.kind === 'table') continue;
    const [event, to] = given.kind === 'delivered' ? [given.event, nowhere] : [given, sink];
    if (event.kind === 'row') {
      const encoder = encoders.get(event.table) ?? format.compile(event.table);
      encoders.set(event.table, encoder);
      encoder.encode(event, to);
    } else format.encodeSide(event, to);
    const topic = event.kind === 'row' ? event.table.table : format.sideTopic(event);
    for (const { value } of sink.records)
      if (value !== null) found.push({ topic, value: JSON.parse(value) as Record<string, unknown> });
  }
  return found;
}

// Those before 14 send none.
const itSent = postgresVersion() < 14 ? it.skip : it;

describe('logical messages and transactions of PostgreSQL', () => {
  let database: TestDatabase;
  let driver: TaskDriver;
  let batches: ChangeBatch[];

  beforeEach(async () => {
    database = await TestDatabase.create(servers().postgres.address);
    await database.sql('CREATE TABLE item (id int PRIMARY KEY, name text)');
  });

  afterEach(async () => {
    await driver.stop();
    await database.drop();
  });

  async function start(options: ConstructorParameters<typeof TaskDriver>[0]): Promise<void> {
    driver = new TaskDriver(options);
    batches = [];
    const kept = driver.onBatch;
    driver.onBatch = (batch) => {
      batches.push(batch);
      kept(batch);
    };
    await driver.start();
  }

  const contents = (records: readonly Written[]): string[] =>
    records.flatMap(({ value }) => {
      const message = value['message'] as { content: string } | undefined;
      return message === undefined ? [] : [Buffer.from(message.content, 'base64').toString()];
    });

  itSent(
    'come by prefix, in transactions and outside, those of a transaction that was rolled back only from outside',
    async () => {
      await start({ config: database.config({ 'message.prefix.include.list': 'app.*' }) });
      await database.sql(`BEGIN; SELECT pg_logical_emit_message(true, 'app', 'inside'),
      pg_logical_emit_message(false, 'app.x', 'alone'), pg_logical_emit_message(true, 'other', 'no'); COMMIT`);
      await database.sql(`BEGIN; SELECT pg_logical_emit_message(true, 'app', 'undone'),
      pg_logical_emit_message(false, 'app', 'stays'); ROLLBACK`);
      await database.sql('INSERT INTO item VALUES (1)');
      await driver.waitForChanges(1);
      const records = written(batches, driver.config);
      assert.deepEqual(contents(records), ['alone', 'inside', 'stays']);
      assert.deepEqual(
        records.map(({ topic }) => topic),
        [...Array<string>(3).fill(`${database.name}.message`), 'item'],
      );
    },
  );

  it('are not even sent when none is wanted', async () => {
    await start({ config: database.config({ 'message.prefix.exclude.list': '.*' }) });
    await database.sql(`SELECT pg_logical_emit_message(false, 'app', 'x')`);
    await database.sql('INSERT INTO item VALUES (1)');
    await driver.waitForChanges(1);
    assert.deepEqual(contents(written(batches, driver.config)), []);
  });

  itSent(
    'come once each, with the numbers of an undisturbed run, though the task is stopped in the middle again and again',
    async () => {
      const config = database.config({ 'provide.transaction.metadata': 'true' });
      const offsets = new OffsetStore();
      await start({ config, offsets });
      await until(() => driver.waiting === 0 && driver.batches > 0, 'the first offset is stored');
      await driver.stop();
      // Before, in and behind a large transaction; a message lies at the very place of the insert behind it.
      await database.sql(`SELECT pg_logical_emit_message(false, 'app', 'before')`);
      await database.sql(`DO $$ BEGIN FOR n IN 1..6000 LOOP
      PERFORM pg_logical_emit_message(true, 'app', n::text) WHERE n % 10 = 0;
      INSERT INTO item VALUES (n, repeat('x', 100));
      UPDATE item SET id = -n WHERE id = n AND n % 100 = 0;
    END LOOP; END $$`);
      await database.sql(`SELECT pg_logical_emit_message(false, 'app', 'behind')`);
      await database.sql('INSERT INTO item VALUES (7000)');
      const records: Written[] = [];
      const isEnd = ({ topic, value }: Written): boolean => topic === 'item' && idOf(value) === 7000;
      let lives = 0;
      for (let life = 2; !records.some(isEnd); life += 1) {
        await start({ config, offsets, incarnation: String(life), acknowledging: false });
        await until(() => written(batches, config).some(isEnd), 'the last change has come');
        const taken = life < 6 ? Math.ceil(batches.length / 3) : batches.length;
        driver.acknowledge(taken);
        records.push(...written(batches.slice(0, taken), config));
        lives += 1;
        await driver.stop();
      }
      assert.ok(lives > 3, `it was stopped ${lives} times`);
      const tenths = Array.from({ length: 600 }, (_, index) => String(10 * (index + 1)));
      assert.deepEqual(contents(records), ['before', ...tenths, 'behind']);
      const marks = records.filter(({ topic }) => topic.endsWith('.transaction'));
      assert.deepEqual(
        marks.map(({ value }) => [value['status'], value['event_count']]),
        [
          ['BEGIN', null],
          ['END', 6720],
          ['BEGIN', null],
          ['END', 1],
        ],
      );
      assert.deepEqual(marks[1]?.value['data_collections'], [
        { data_collection: 'public.item', event_count: 6120 },
        { data_collection: 'LOGICAL_DECODING_MESSAGE', event_count: 600 },
      ]);
      const orders = records.flatMap(({ value }) => {
        const block = value['transaction'] as { total_order: number } | null | undefined;
        return block ? [block.total_order] : [];
      });
      assert.deepEqual(orders, [...Array.from({ length: 6720 }, (_, index) => index + 1), 1]);
    },
  );

  it('lets the slot move although only messages are written that nobody wants', async () => {
    await start({
      config: database.config({ 'message.prefix.include.list': 'none', 'heartbeat.interval.ms': '100' }),
    });
    await database.sql(`SELECT pg_logical_emit_message(false, 'app', repeat('x', 1000))`);
    const lsn = await database.value('SELECT pg_current_wal_insert_lsn()');
    await until(() => database.hasConfirmed(lsn), 'the slot is behind the message');
  });
});

function idOf(value: Readonly<Record<string, unknown>>): number | undefined {
  const after = value['after'] as { id: number } | null | undefined;
  return after?.id;
}
