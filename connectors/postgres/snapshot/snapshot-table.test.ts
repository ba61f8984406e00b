import assert from 'node:assert/strict';
import { CaptureFilter } from '../capture-filter.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { tableReading } from './snapshot-table.ts';

const none = {
  schemaInclude: null,
  schemaExclude: null,
  tableInclude: null,
  tableExclude: null,
  columnInclude: null,
  columnExclude: null,
};
const rules = { database: 'd', filter: new CaptureFilter(none), keyRules: [] };

function table(kind: string, generated: readonly string[]): CatalogTable {
  return {
    oid: 1,
    schema: 'sh"op',
    table: 'Items',
    kind,
    isPartition: false,
    identity: 'd',
    columns: generated.map((value, index) => ({
      name: `c ${index}`,
      typeOid: 23,
      typmod: -1,
      notNull: true,
      generated: value,
      defaultText: undefined,
      computedDefault: false,
    })),
    primaryKey: ['c 0'],
    uniqueKeys: [],
  };
}

describe('reading a table for a snapshot', () => {
  const statement = (of: CatalogTable, parts = { tables: new Map(), storedGenerated: false }): string =>
    tableReading({ table: of, types: new Map(), parts }, rules).copy(null);

  it('reads the table itself, not what inherits from it, its names quoted', () => {
    assert.equal(statement(table('r', ['', ''])), 'COPY (SELECT "c 0", "c 1" FROM ONLY "sh""op"."Items") TO STDOUT');
    assert.equal(statement(table('p', [''])), 'COPY (SELECT "c 0" FROM "sh""op"."Items") TO STDOUT');
  });

  it('leaves generated columns out unless they are published', () => {
    const generated = table('r', ['', 's', 'v']);
    assert.match(statement(generated), /SELECT "c 0" FROM/);
    assert.match(statement(generated, { tables: new Map(), storedGenerated: true }), /SELECT "c 0", "c 1" FROM/);
  });

  it('reads the rows of a chunk, of those that are published', () => {
    const tables = new Map([[1, { columns: null, filter: 'n > 5' }]]);
    const reading = tableReading(
      { table: table('r', ['']), types: new Map(), parts: { tables, storedGenerated: false } },
      rules,
    );
    assert.match(reading.copy('n <= 9'), / WHERE \(n > 5\) AND \(n <= 9\)\) TO STDOUT$/);
  });

  it('reads the columns and rows that the publication names', () => {
    const tables = new Map([[1, { columns: ['c 1'], filter: '(n > 5)' }]]);
    assert.equal(
      statement(table('r', ['', '']), { tables, storedGenerated: false }),
      'COPY (SELECT "c 1" FROM ONLY "sh""op"."Items" WHERE ((n > 5))) TO STDOUT',
    );
  });
});
