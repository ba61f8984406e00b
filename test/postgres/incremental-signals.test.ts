import assert from 'node:assert/strict';
import { writeFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IncrementalField, isOver, ROWS, told } from './support/incremental-field.ts';
import type { TaskDriver } from './support/task-driver.ts';
import { until, type TestDatabase } from './support/test-database.ts';

describe('an incremental snapshot of PostgreSQL is asked for by signals', () => {
  let field: IncrementalField;
  let database: TestDatabase;

  beforeEach(async () => {
    field = await IncrementalField.open();
    ({ database } = field);
  });

  afterEach(() => field.close());

  const ids = (driver: TaskDriver): number => driver.committed.filter(({ op }) => op === 'r').length;

  it('in a table, once, also after a restart, although the filters leave that table out', async () => {
    await database.sql(
      'CREATE TABLE signals (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048))',
    );
    const config = {
      'table.include.list': 'public.item',
      'publication.autocreate.mode': 'filtered',
      'signal.data.collection': 'public.signals',
    };
    const driver = await field.task(config).start();
    const data = '{"data-collections": ["public.item"]}';
    await database.sql(`INSERT INTO signals VALUES ('a', 'execute-snapshot', $1)`, [data]);
    await isOver(driver);
    assert.equal(ids(driver), ROWS);
    await driver.stop();
    const second = await field.task(config, { incarnation: '2' }).start();
    await database.sql(`INSERT INTO signals VALUES ('b', 'log', '{"message": "here: {}"}')`);
    await until(
      () => second.logged.some(({ message }) => /^here: \{"lsn":"/.test(message)),
      'the message is in the log',
    );
    assert.equal(ids(second), 0);
  });

  it('in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signals-'));
    const file = join(folder, 'signals.txt');
    const config = { 'signal.enabled.channels': 'source,file', 'signal.file': file, 'signal.poll.interval.ms': '20' };
    const driver = await field.task(config).start();
    const signal = { id: 'f', type: 'execute-snapshot', data: { 'data-collections': ['public.item'] } };
    await writeFile(file, `${JSON.stringify(signal)}\nno json\n`);
    await isOver(driver);
    assert.equal(ids(driver), ROWS);
    await until(async () => (await readdir(folder)).length === 0, 'the file is taken away');
    assert.ok(told(driver, 'reason').some((text) => /REJECTED.*not valid JSON/.test(text)));
    await driver.stop();
    await rm(folder, { recursive: true });
  });

  it('in a topic, once, also after a restart', async () => {
    const config = { 'signal.enabled.channels': 'kafka' };
    const record = (offset: bigint, key: string): Parameters<TaskDriver['addRecord']>[0] => ({
      partition: 0,
      offset,
      key,
      value: JSON.stringify({ type: 'execute-snapshot', data: { 'data-collections': ['public.item'] } }),
    });
    const driver = await field.task(config).start();
    driver.addRecord(record(0n, 'another'));
    driver.addRecord(record(1n, database.name));
    await isOver(driver);
    assert.equal(ids(driver), ROWS);
    await driver.stop();
    const second = field.task(config, { incarnation: '2' });
    second.topic.push(...driver.topic, record(2n, database.name));
    await second.start();
    await isOver(second);
    assert.equal(ids(second), ROWS, 'the new one alone');
  });

  it('that cannot be obeyed without harm', async () => {
    const driver = await field.task().start();
    await assert.rejects(driver.send({ type: 'unheard-of' }), { code: 'SIGNAL_INVALID' });
    await assert.rejects(driver.send({ type: 'execute-snapshot', data: '{' }), { code: 'SIGNAL_INVALID' });
    await driver.send({ type: 'stop-snapshot' });
    assert.deepEqual(
      told(driver, 'signal_type').filter((text) => text.startsWith('REJECTED')),
      ['REJECTED unheard-of', 'REJECTED execute-snapshot'],
    );
    await database.sql('UPDATE item SET version = 2 WHERE id = 1');
    await driver.waitForChanges(1);
  });
});
