import assert from 'node:assert/strict';
import { conflicts, parseConfig, validConfig } from './source-config.ts';

const smallest = {
  'topic.prefix': 'inv',
  'database.hostname': 'h',
  'database.user': 'u',
  'database.dbname': 'd',
};

describe('the configuration of a PostgreSQL connector', () => {
  it('has Debezium’s defaults', () => {
    const config = parseConfig(smallest);
    assert.equal(config.port, 5432);
    assert.equal(config.slotName, 'debezium');
    assert.equal(config.publicationName, 'dbz_publication');
    assert.equal(config.publicationMode, 'all_tables');
    assert.equal(config.snapshotMode, 'initial');
    assert.equal(config.statusIntervalMs, 10_000);
    assert.deepEqual(config.skippedOperations, ['t']);
    assert.equal(config.serverName, 'inv');
  });

  it('takes Debezium’s settings that tune what does not exist here', () => {
    const tuned = {
      ...smallest,
      'max.batch.size': '20480',
      'poll.interval.ms': '10',
      'snapshot.fetch.size': '1',
      'plugin.name': 'pgoutput',
    };
    assert.equal(parseConfig(tuned).hostname, 'h');
  });

  it('refuses by name what would change data if it were ignored', () => {
    const refused = {
      'plugin.name': 'decoderbufs',
      'event.processing.failure.handling.mode': 'warn',
      'snapshot.mode': 'when_needed',
      'slot.name': 'Not-Allowed',
      'skipped.operations': 'x',
    };
    for (const [name, value] of Object.entries(refused))
      assert.throws(() => parseConfig({ ...smallest, [name]: value }), {
        code: 'CONFIG_INVALID',
        message: new RegExp(name),
      });
    const mode = 'event.processing.failure.handling.mode';
    assert.equal(parseConfig({ ...smallest, [mode]: 'fail' }).hostname, 'h');
  });

  it('refuses lists that exclude each other and families that are not built', () => {
    const both = { ...smallest, 'table.include.list': 'a', 'table.exclude.list': 'b' };
    assert.deepEqual(
      conflicts(both).map(({ setting }) => setting),
      ['table.exclude.list'],
    );
    assert.throws(() => parseConfig(both), { code: 'CONFIG_INVALID' });
    assert.deepEqual(conflicts({ ...smallest, 'snapshot.select.statement.overrides.a.b': 'a' }).length, 1);
    assert.deepEqual(conflicts({ ...smallest, 'table.include.list': 'a', 'table.exclude.list': ' ' }), []);
  });

  it('says which setting is missing', () => {
    assert.throws(() => parseConfig({}), {
      message: 'Missing required configuration "database.hostname" which has no default value.',
    });
    assert.equal(validConfig({}), undefined);
  });
});
