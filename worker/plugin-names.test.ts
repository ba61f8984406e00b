import assert from 'node:assert/strict';
import { isRequestType, pluginByName } from './plugin-names.ts';

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

  it('takes a path that is the end of the class in the configuration for the same class, and no longer one', () => {
    assert.equal(isRequestType('io.x.PgConnector', 'Pg'), true);
    assert.equal(isRequestType('io.x.PgConnector', 'PgConnector'), true);
    assert.equal(isRequestType('Pg', 'PgConnector'), true);
    assert.equal(isRequestType('Pg', 'io.x.PgConnector'), false);
    assert.equal(isRequestType('io.x.PgConnector', 'My'), false);
  });
});
