import type { TestDatabase } from './test-database.ts';

/** Column type, a value as SQL, its text as events carry it, what kind of column it is, and since which PostgreSQL if not since 11. */
type ColumnType = readonly [type: string, sql: string, text: string, kind: object, since?: number];

const TYPES: readonly ColumnType[] = [
  ['boolean', 'true', 't', { kind: 'boolean' }],
  ['smallint', '-32768', '-32768', { kind: 'int16' }],
  ['integer', '2147483647', '2147483647', { kind: 'int32' }],
  ['bigint', '9223372036854775807', '9223372036854775807', { kind: 'int64' }],
  ['oid', '4294967295', '4294967295', { kind: 'int64' }],
  // Those before 12 print the shortest digits of no other.
  ['real', `'1.5'`, '1.5', { kind: 'float32' }],
  ['real', `'1.1'`, '1.1', { kind: 'float32' }, 12],
  ['double precision', `'-Infinity'`, '-Infinity', { kind: 'float64' }],
  ['numeric(8,3)', '1.5', '1.500', { kind: 'decimal', precision: 8, scale: 3 }],
  ['numeric(5,-2)', '12345', '12300', { kind: 'decimal', precision: 5, scale: -2 }, 15],
  ['numeric', `'NaN'`, 'NaN', { kind: 'decimal', precision: null, scale: null }],
  ['money', `'1234.11'`, '$1,234.11', { kind: 'money' }],
  ['char(4)', `'ab'`, 'ab  ', { kind: 'text' }],
  ['"char"', `'a'`, 'a', { kind: 'text' }],
  ['varchar(10)', `E'a\\tb\\\\c'`, 'a\tb\\c', { kind: 'text' }],
  ['text', `'žluťoučký 𝄞'`, 'žluťoučký 𝄞', { kind: 'text' }],
  ['name', `'n'`, 'n', { kind: 'text' }],
  ['bytea', `'\\x00ff'`, '\\x00ff', { kind: 'bytes' }],
  ['bit(3)', `B'101'`, '101', { kind: 'bits', length: 3 }],
  ['bit varying', `B'10'`, '10', { kind: 'bits', length: null }],
  ['json', `'{"a": 1}'`, '{"a": 1}', { kind: 'json' }],
  ['jsonb', `'{"b":2,"a":1}'`, '{"a": 1, "b": 2}', { kind: 'json' }],
  ['xml', `'<a/>'`, '<a/>', { kind: 'xml' }],
  ['uuid', `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', { kind: 'uuid' }],
  ['inet', `'192.168.0.1/24'`, '192.168.0.1/24', { kind: 'text' }],
  ['cidr', `'10.0.0.0/8'`, '10.0.0.0/8', { kind: 'text' }],
  ['macaddr', `'08:00:2b:01:02:03'`, '08:00:2b:01:02:03', { kind: 'text' }],
  ['int4range', `'[1,5]'`, '[1,6)', { kind: 'text' }],
  ['tstzrange', `'[2020-01-01 00:00+01,)'`, '["2019-12-31 23:00:00+00",)', { kind: 'text' }],
  ['int4multirange', `'{[1,5)}'`, '{[1,5)}', { kind: 'unknown' }, 14],
  ['date', `'4713-01-01 BC'`, '4713-01-01 BC', { kind: 'date' }],
  ['time(3)', `'13:51:30.1239'`, '13:51:30.124', { kind: 'time', precision: 3 }],
  ['timetz', `'13:51:30.5+02'`, '13:51:30.5+02', { kind: 'timetz', precision: 6 }],
  ['timestamp', `'2016-11-04 13:51:30.123456'`, '2016-11-04 13:51:30.123456', { kind: 'timestamp', precision: 6 }],
  ['timestamp(0)', `'infinity'`, 'infinity', { kind: 'timestamp', precision: 0 }],
  ['timestamptz', `'2016-11-04 13:51:30+02'`, '2016-11-04 11:51:30+00', { kind: 'timestamptz', precision: 6 }],
  ['interval', `'1 year 2 months 3 days 4:05:06.78'`, '1 year 2 mons 3 days 04:05:06.78', { kind: 'interval' }],
  ['tsvector', `'a fat cat'`, `'a' 'cat' 'fat'`, { kind: 'tsvector' }],
  ['tsquery', `'fat & cat'`, `'fat' & 'cat'`, { kind: 'unknown' }],
  ['point', `'(1,2.5)'`, '(1,2.5)', { kind: 'point' }],
  ['box', `'(2,2),(0,0)'`, '(2,2),(0,0)', { kind: 'unknown' }],
  ['int[]', `'{1,NULL,3}'`, '{1,NULL,3}', { kind: 'array', element: { kind: 'int32' } }],
  ['text[][]', `'{{"a b",c},{d,"e\\"f"}}'`, '{{"a b",c},{d,"e\\"f"}}', { kind: 'array', element: { kind: 'text' } }],
  ['numeric(5,2)[]', `'{1}'`, '{1.00}', { kind: 'array', element: { kind: 'decimal', precision: 5, scale: 2 } }],
  ['oidvector', `'1 2'`, '1 2', { kind: 'unknown' }],
  ['mood', `'sad'`, 'sad', { kind: 'enum', labels: ['happy', 'ok', 'sad'] }],
  ['mood[]', `'{ok}'`, '{ok}', { kind: 'array', element: { kind: 'enum', labels: ['happy', 'ok', 'sad'] } }],
  ['price', '1.5', '1.50', { kind: 'decimal', precision: 8, scale: 2 }],
  ['net_price', '2', '2.00', { kind: 'decimal', precision: 8, scale: 2 }],
  ['pair', `'(1,x)'`, '(1,x)', { kind: 'unknown' }],
];

/** The table `everything` with a key and a column of every type, for a server of a version. */
export class EveryColumn {
  readonly #types: readonly ColumnType[];

  constructor(version: number) {
    this.#types = TYPES.filter(([, , , , since = 11]) => version >= since);
  }

  /** Creates the table and the types that it needs. */
  async create(database: TestDatabase): Promise<void> {
    await database.sql(`CREATE TYPE mood AS ENUM ('happy', 'sad'); ALTER TYPE mood ADD VALUE 'ok' AFTER 'happy'`);
    await database.sql(`CREATE DOMAIN price AS numeric(8,2); CREATE DOMAIN net_price AS price CHECK (VALUE > 0)`);
    await database.sql('CREATE TYPE pair AS (a int, b text)');
    const columns = this.#types.map(([type], index) => `c${index} ${type}`).join(', ');
    await database.sql(`CREATE TABLE everything (id int PRIMARY KEY, ${columns})`);
  }

  insert(id: number): string {
    return `INSERT INTO everything VALUES (${id}, ${this.#types.map(([, sql]) => sql).join(', ')})`;
  }

  /** A row as events carry it, with other values for some columns. */
  row(id: number, other: Readonly<Record<string, string>> = {}): Record<string, string | null> {
    const values = this.#types.map(([, , text], index) => [`c${index}`, text] as const);
    return { id: String(id), ...Object.fromEntries(values), ...other };
  }

  /** What events carry of a row of which only the key is known. */
  keyOnly(id: number): Record<string, string | null> {
    return { id: String(id), ...Object.fromEntries(this.#types.map((_, index) => [`c${index}`, null])) };
  }

  get kinds(): object[] {
    return [{ kind: 'int32' }, ...this.#types.map(([, , , kind]) => kind)];
  }
}
