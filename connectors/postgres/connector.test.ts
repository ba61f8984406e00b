import assert from 'node:assert/strict';
import { postgresConnector } from './connector.ts';

const config = {
  'topic.prefix': 'inv',
  'database.hostname': 'h',
  'database.user': 'u',
  'database.dbname': 'd',
  'database.password': 'secret',
};

describe('the PostgreSQL connector', () => {
  it('runs one task with Debezium’s configuration and task class, and helpers for snapshots where there may be one', () => {
    const task = { ...config, 'task.class': 'io.debezium.connector.postgresql.PostgresConnectorTask' };
    assert.deepEqual(postgresConnector.taskConfigs(config, 1), [task]);
    const helper = { ...task, 'millrace.task.role': 'snapshot' };
    assert.deepEqual(postgresConnector.taskConfigs(config, 3), [task, helper, helper]);
    const streaming = { ...config, 'snapshot.mode': 'no_data' };
    assert.equal(postgresConnector.taskConfigs(streaming, 3).length, 1);
    const healing = { ...streaming, 'millrace.gap.action': 'read_anew' };
    assert.equal(postgresConnector.taskConfigs(healing, 3).length, 3, 'all may have to be read');
    const based = { ...config, 'snapshot.mode': 'configuration_based' };
    assert.equal(postgresConnector.taskConfigs(based, 3).length, 1);
    const data = { ...based, 'snapshot.mode.configuration.based.snapshot.data': 'true' };
    assert.equal(postgresConnector.taskConfigs(data, 3).length, 3);
  });

  it('takes only offsets that it could start from, of its own source', () => {
    const check = (partition: Record<string, string>, offset: Record<string, string | number> | null): void =>
      postgresConnector.checkOffsets(config, [{ partition, offset }]);
    check({ server: 'inv' }, { lsn: 5 });
    check({ server: 'inv' }, null);
    assert.throws(() => check({ server: 'other' }, { lsn: 5 }), {
      code: 'POSTGRES_OFFSET_INVALID',
      message: /\{"server":"inv"\}/,
    });
    assert.throws(() => check({ server: 'inv', x: 'y' }, { lsn: 5 }), { code: 'POSTGRES_OFFSET_INVALID' });
    check({ server: 'inv', 'millrace.snapshot': 'a1', table: 'public.t' }, null);
    assert.throws(() => check({ server: 'inv', 'millrace.snapshot': 'a1' }, { tasks: 2 }), {
      code: 'POSTGRES_OFFSET_INVALID',
    });
    assert.throws(() => check({ server: 'inv' }, { position: 5 }), { code: 'POSTGRES_OFFSET_INVALID' });
  });

  it('defines each setting once, secrets as such', () => {
    const settings = Object.values(postgresConnector.settings);
    assert.equal(new Set(settings.map(({ name }) => name)).size, settings.length);
    const secrets = settings.filter(({ type }) => type === 'PASSWORD').map(({ name }) => name);
    assert.deepEqual(secrets, ['database.password', 'database.sslpassword']);
    for (const { name, defaultText, parse } of settings)
      if (typeof defaultText === 'string') assert.doesNotThrow(() => parse(defaultText), name);
  });
});
