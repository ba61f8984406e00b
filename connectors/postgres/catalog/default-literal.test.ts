import assert from 'node:assert/strict';
import { defaultKind } from './default-literal.ts';

const base = (name: string): { kind: string; name: string } => ({ kind: 'b', name });

describe('default expressions', () => {
  it('are constant when they are one literal with at most one cast, so that they are safe to evaluate', () => {
    const constants: [string, string][] = [
      ['0', 'int4'],
      ['1.5', 'numeric'],
      ['(-1)', 'int4'],
      [`'-1'::integer`, 'int4'],
      ['true', 'bool'],
      [`'it''s; DROP TABLE x'::text`, 'text'],
      [`'abc'::character varying(10)`, 'varchar'],
      [`B'101'::"bit"`, 'bit'],
      [`'2020-01-01 00:00:00'::timestamp without time zone`, 'timestamp'],
      [`'1.5'::numeric(5,2)`, 'numeric'],
      ['1e10', 'float8'],
    ];
    for (const [expression, name] of constants)
      assert.equal(defaultKind(expression, base(name)), 'constant', expression);
    assert.equal(defaultKind(`'happy'::public."Mood"`, { kind: 'e', name: 'Mood' }), 'constant');
  });

  it('are computed when anything is called, added or selected', () => {
    const computed = [
      'now()',
      `nextval('item_id_seq'::regclass)`,
      'CURRENT_TIMESTAMP',
      `('a'::text || 'b'::text)`,
      `'a'::text || pg_read_file('x')`,
      `E'a\\'||pg_sleep(1)||\\''`,
      `'x'::text; SELECT 1`,
      `('now'::text)::date`,
      '(1 + 1)',
    ];
    for (const expression of computed) assert.equal(defaultKind(expression, base('text')), 'computed', expression);
  });

  it('are none for NULL, for no expression and for types that Debezium gives no default', () => {
    assert.equal(defaultKind(null, base('text')), 'none');
    assert.equal(defaultKind('NULL::character varying', base('varchar')), 'none');
    assert.equal(defaultKind(`'\\x00'::bytea`, base('bytea')), 'none');
    assert.equal(defaultKind('0', { kind: 'd', name: 'int4' }), 'constant');
  });
});
