import assert from 'node:assert/strict';
import { regexList } from '../../../settings/regex-list.ts';
import { CaptureFilter, type CaptureLists } from '../capture-filter.ts';
import type { RelationMessage } from '../decoder/relation-message.ts';
import { keyRules } from '../key-rules.ts';
import type { CatalogColumn, CatalogTable } from './catalog-table.ts';
import type { PgTypes } from './pg-type.ts';
import { buildPlan, isDescribed, keepSchema, type PlanRules } from './plan-builder.ts';

const INT = 23;
const TEXT = 25;
const types: PgTypes = new Map(
  [
    { oid: INT, name: 'int4' },
    { oid: TEXT, name: 'text' },
  ].map(({ oid, name }) => [
    oid,
    { oid, name, schema: 'pg_catalog', kind: 'b', element: 0, base: 0, baseTypmod: -1, labels: [] },
  ]),
);

function relation(
  identity: string,
  columns: readonly (readonly [name: string, typeOid: number, identity?: boolean])[],
): RelationMessage {
  return {
    oid: 1,
    schema: 'public',
    table: 't',
    identity,
    columns: columns.map(([name, typeOid, flagged = false]) => ({ name, typeOid, typmod: -1, identity: flagged })),
  };
}

function column(name: string, typeOid: number, more: Partial<CatalogColumn> = {}): CatalogColumn {
  return {
    name,
    typeOid,
    typmod: -1,
    notNull: false,
    generated: '',
    defaultText: undefined,
    computedDefault: false,
    ...more,
  };
}

function table(columns: readonly CatalogColumn[], more: Partial<CatalogTable> = {}): CatalogTable {
  return {
    oid: 1,
    schema: 'public',
    table: 't',
    kind: 'r',
    isPartition: false,
    identity: 'd',
    columns,
    primaryKey: [],
    uniqueKeys: [],
    ...more,
  };
}

function rules(lists: Partial<CaptureLists> = {}, keys = ''): PlanRules {
  const none = {
    schemaInclude: null,
    schemaExclude: null,
    tableInclude: null,
    tableExclude: null,
    columnInclude: null,
    columnExclude: null,
  };
  return { database: 'd', filter: new CaptureFilter({ ...none, ...lists }), keyRules: keyRules(keys) };
}

const keyOf = (message: RelationMessage, now: CatalogTable | undefined, keys = ''): (string | undefined)[] | null => {
  const { schema } = buildPlan({ relation: message, table: now, types }, rules({}, keys));
  return schema.key?.map((index) => schema.columns[index]?.name) ?? null;
};

describe('the reading plan of a table', () => {
  it('takes nullability and defaults from the catalog for columns that are still the same', () => {
    const message = relation('d', [
      ['id', INT, true],
      ['name', TEXT],
      ['n', INT],
    ]);
    const now = table([
      column('id', INT, { notNull: true, computedDefault: true }),
      column('name', TEXT, { notNull: true, defaultText: 'x' }),
      column('n', INT),
    ]);
    const { schema } = buildPlan({ relation: message, table: now, types }, rules());
    assert.deepEqual(
      schema.columns.map(({ name, optional, defaultText, computedDefault }) => [
        name,
        optional,
        defaultText,
        computedDefault,
      ]),
      [
        ['id', false, undefined, true],
        ['name', false, 'x', undefined],
        ['n', true, undefined, undefined],
      ],
    );
  });

  it('takes a column as optional when the catalog does not have it, or has it with another type', () => {
    const message = relation('d', [
      ['id', INT, true],
      ['gone', TEXT],
      ['changed', INT],
    ]);
    const now = table([
      column('id', INT, { notNull: true }),
      column('changed', TEXT, { notNull: true, defaultText: 'x' }),
    ]);
    assert.equal(isDescribed(message, now), false);
    const { schema } = buildPlan({ relation: message, table: now, types }, rules());
    assert.deepEqual(
      schema.columns.map(({ optional, defaultText }) => [optional, defaultText]),
      [
        [false, undefined],
        [true, undefined],
        [true, undefined],
      ],
    );
  });

  it('reads a table that is gone from what the message says, its key columns not optional', () => {
    const { schema } = buildPlan(
      {
        relation: relation('d', [
          ['id', INT, true],
          ['name', TEXT],
        ]),
        table: undefined,
        types,
      },
      rules(),
    );
    assert.deepEqual(
      schema.columns.map(({ optional }) => optional),
      [false, true],
    );
    assert.deepEqual(schema.key, [0]);
  });

  it('maps columns on the wire to captured ones, and keeps key columns that are filtered out', () => {
    const message = relation('d', [
      ['id', INT, true],
      ['secret', TEXT],
      ['name', TEXT],
    ]);
    const plan = buildPlan(
      { relation: message, table: undefined, types },
      rules({ columnExclude: regexList('public.t.(id|secret)') }),
    );
    assert.deepEqual([...plan.capture], [0, -1, 1]);
    assert.equal(plan.width, 2);
    assert.deepEqual(
      plan.schema.columns.map(({ name, keyOnly }) => [name, keyOnly]),
      [
        ['id', true],
        ['name', undefined],
      ],
    );
    assert.deepEqual(plan.schema.key, [0]);
  });

  it('derives the key: rule, primary key as of then, identity index, unique index, none', () => {
    const columns = [
      ['a', INT, true],
      ['b', INT, true],
      ['c', INT],
    ] as const;
    const now = table([column('a', INT), column('b', INT), column('c', INT)], { primaryKey: ['b', 'a'] });
    assert.deepEqual(keyOf(relation('d', columns), now), ['b', 'a'], 'in the order of the index');
    assert.deepEqual(keyOf(relation('d', columns), undefined), ['a', 'b']);
    assert.deepEqual(keyOf(relation('d', columns), { ...now, primaryKey: ['c'] }), ['a', 'b'], 'the key as of then');
    assert.deepEqual(keyOf(relation('d', columns), now, 'public.t:c'), ['c']);
    assert.deepEqual(keyOf(relation('d', columns), now, 'public.other:c'), ['b', 'a']);
    assert.deepEqual(keyOf(relation('f', columns), now), ['b', 'a']);
    const keyless = { ...now, primaryKey: [], uniqueKeys: [['gone'], ['c']] };
    assert.deepEqual(keyOf(relation('i', columns), keyless), ['a', 'b']);
    assert.deepEqual(keyOf(relation('f', columns), keyless), ['c']);
    assert.equal(keyOf(relation('f', columns), { ...keyless, uniqueKeys: [] }), null);
  });

  it('keeps the schema object of before when nothing has changed', () => {
    const message = relation('d', [['id', INT, true]]);
    const [first, second] = [1, 2].map(() => buildPlan({ relation: message, table: undefined, types }, rules()));
    assert.ok(first !== undefined && second !== undefined);
    assert.notEqual(first.schema, second.schema);
    assert.equal(keepSchema(second, first.schema).schema, first.schema);
    const other = buildPlan({ relation: relation('d', [['id', TEXT, true]]), table: undefined, types }, rules());
    assert.equal(keepSchema(other, first.schema).schema, other.schema);
  });
});
