import assert from 'node:assert/strict';
import { pluginByName, sameClassName } from './plugin-names.ts';

const pg = { className: 'io.debezium.connector.postgresql.PostgresConnector', aliases: ['postgres'] };

describe('names of plug-ins', () => {
  it('finds a connector by class name, simple name, simple name without Connector, and its own alias', () => {
    const byName = pluginByName([pg]);
    for (const name of [pg.className, 'PostgresConnector', 'Postgres', 'postgres']) assert.equal(byName.get(name), pg);
    assert.equal(byName.get('Postgre'), undefined);
  });

  it('drops a name that fits two classes for both', () => {
    const other = { className: 'org.other.PostgresConnector', aliases: [] };
    const byName = pluginByName([pg, other]);
    assert.equal(byName.get('PostgresConnector'), undefined);
    assert.equal(byName.get(pg.className), pg);
    assert.equal(byName.get(other.className), other);
  });

  it('takes a simple name and one without Connector for the same class', () => {
    assert.equal(sameClassName('io.x.PgConnector', 'Pg'), true);
    assert.equal(sameClassName('io.x.PgConnector', 'PgConnector'), true);
    assert.equal(sameClassName('io.x.PgConnector', 'My'), false);
  });
});
