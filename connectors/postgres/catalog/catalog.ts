import pg from 'pg';
import { z } from 'zod';
import { collectEarly } from '../../early-collection.ts';
import type { CaptureFilter } from '../capture-filter.ts';
import type { Session } from '../connection/session.ts';
import { ATTRIBUTES } from './attributes.ts';
import type { CatalogColumn, CatalogTable, ListedTable } from './catalog-table.ts';
import { catalogTime, changedTables, uniqueIndexes } from './catalog-changes.ts';
import { defaultKind } from './default-literal.ts';
import type { TypeAliases } from './type-aliases.ts';
import { TypeCatalog } from './type-catalog.ts';

const tableRow = z.object({
  oid: z.number(),
  schema: z.string(),
  table: z.string(),
  kind: z.string(),
  isPartition: z.boolean(),
  identity: z.string(),
  uniqueIndexes: z.number(),
});
const columnRow = z.object({
  oid: z.number(),
  name: z.string(),
  typeOid: z.number(),
  typmod: z.number(),
  notNull: z.boolean(),
  generated: z.string(),
  expression: z.string().nullable(),
  declared: z.string(),
  comment: z.string().nullable(),
});
const indexRow = z.object({ oid: z.number(), primary: z.boolean(), columns: z.array(z.string()), usable: z.boolean() });

// oids as float8, which holds 32 bits exactly and which `pg` gives as numbers.
const TABLES = `
SELECT c.oid::int8::float8 AS oid, n.nspname::text AS schema, c.relname::text AS table, c.relkind::text AS kind,
       c.relispartition AS "isPartition", c.relreplident::text AS identity,
       ${uniqueIndexes('c')} AS "uniqueIndexes"
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND ($1::text[] IS NULL OR c.oid = ANY ($1::text[]::oid[]))
ORDER BY n.nspname, c.relname`;

const COLUMNS = `
SELECT a.attrelid::int8::float8 AS oid, a.attname::text AS name, a.atttypid::int8::float8 AS "typeOid", a.atttypmod AS typmod,
       a.attnotnull AS "notNull", a.generated,
       CASE WHEN a.generated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS expression,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS declared,
       pg_catalog.col_description(a.attrelid, a.attnum) AS comment
FROM ${ATTRIBUTES} a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY ($1::text[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum`;

const INDEXES = `
SELECT i.indrelid::int8::float8 AS oid, i.indisprimary AS primary,
       i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
         AND bool_and(a.attnotnull) AS usable,
       array_agg(a.attname::text ORDER BY k.place) AS columns
FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, place), pg_catalog.pg_attribute a
WHERE i.indrelid = ANY ($1::text[]::oid[]) AND i.indisunique AND k.place <= i.indnkeyatts
  AND a.attrelid = i.indrelid AND a.attnum = k.attnum
GROUP BY i.indexrelid, i.indrelid, i.indnkeyatts, i.indisprimary, i.indisvalid, i.indimmediate, i.indpred, i.indexprs
ORDER BY i.indrelid, i.indnkeyatts, i.indexrelid`;

/** The answers about so many tables are held at once: about 10 MB for tables of 20 columns. */
const TABLES_AT_ONCE = 1000;
/** What is kept of so many, here and in plans and encoders, is worth earlier collections. */
const MANY_TABLES = 2000;

/** The captured tables and their types as the catalog showed them when it was asked last. */
export class Catalog {
  readonly types: TypeCatalog;
  readonly #filter: CaptureFilter;
  readonly #tables = new Map<number, CatalogTable>();
  /** `catalogTime` of the description of all tables. */
  #loadedAt: string | undefined;
  /** Of each table, as it was described last. */
  readonly #uniqueIndexes = new Map<number, number>();

  constructor(filter: CaptureFilter, aliases?: TypeAliases) {
    this.#filter = filter;
    this.types = new TypeCatalog(aliases);
  }

  table(oid: number): CatalogTable | undefined {
    return this.#tables.get(oid);
  }

  /** All captured tables, by schema and name. */
  get tables(): CatalogTable[] {
    return [...this.#tables.values()];
  }

  /** Which tables are captured, for who does not need to know what they are like: one query, and a tenth of the memory. */
  list(session: Session): Promise<ListedTable[]> {
    return this.#captured(session);
  }

  /** Reads everything about all captured tables: a handful of queries for every thousand of them. */
  async load(session: Session): Promise<void> {
    this.#loadedAt = await catalogTime(session);
    const captured = await this.#captured(session);
    if (captured.length >= MANY_TABLES) collectEarly();
    this.#tables.clear();
    this.#uniqueIndexes.clear();
    for (let at = 0; at < captured.length; at += TABLES_AT_ONCE)
      await this.#describe(session, captured.slice(at, at + TABLES_AT_ONCE), []);
  }

  async #captured(session: Session): Promise<z.infer<typeof tableRow>[]> {
    const rows = z.array(tableRow).parse(await session.query(TABLES, [null]));
    return rows.filter(({ schema, table }) => this.#filter.table(schema, table));
  }

  /** Reads one table and the given types anew; a table that is gone is forgotten. */
  refresh(session: Session, oid: number, typeOids: readonly number[]): Promise<void> {
    return this.#refresh(session, [oid], typeOids);
  }

  /** Reads those of the tables anew that may have changed since all were read. */
  async refreshChanged(session: Session, oids: readonly number[]): Promise<void> {
    const since = this.#loadedAt;
    const known = new Map(oids.map((oid) => [oid, this.#uniqueIndexes.get(oid) ?? -1]));
    const changed = since === undefined ? oids : await changedTables(session, known, since);
    if (changed.length > 0) await this.#refresh(session, changed, []);
  }

  async #refresh(session: Session, oids: readonly number[], typeOids: readonly number[]): Promise<void> {
    const rows = z.array(tableRow).parse(await session.query(TABLES, [oids.map(String)]));
    for (const oid of oids) this.#tables.delete(oid);
    await this.#describe(session, rows, typeOids);
  }

  async #describe(session: Session, rows: z.infer<typeof tableRow>[], moreTypes: readonly number[]): Promise<void> {
    const oids = rows.map(({ oid }) => String(oid));
    const columns = z.array(columnRow).parse(await session.query(COLUMNS, [oids]));
    const indexes = z.array(indexRow).parse(await session.query(INDEXES, [oids]));
    await this.types.load(session, [...columns.map(({ typeOid }) => typeOid), ...moreTypes]);
    const described = await this.#withDefaults(session, columns);
    const columnsOf = Map.groupBy(described, ({ oid }) => oid);
    const indexesOf = Map.groupBy(indexes, ({ oid }) => oid);
    for (const { uniqueIndexes: count, ...row } of rows) {
      const own = indexesOf.get(row.oid) ?? [];
      this.#uniqueIndexes.set(row.oid, count);
      this.#tables.set(row.oid, {
        ...row,
        columns: (columnsOf.get(row.oid) ?? []).map(({ column }) => column),
        primaryKey: own.find(({ primary }) => primary)?.columns ?? [],
        uniqueKeys: own.filter(({ usable, primary }) => usable && !primary).map((index) => index.columns),
      });
    }
  }

  /** Lets the server print constant defaults as the columns' types do; the expressions are checked to be nothing but literals. */
  async #withDefaults(
    session: Session,
    rows: readonly z.infer<typeof columnRow>[],
  ): Promise<{ oid: number; column: CatalogColumn }[]> {
    const kinds = rows.map((row) =>
      defaultKind(row.expression, this.types.types.get(row.typeOid) ?? { kind: '', name: '' }),
    );
    const constants = rows.filter((_, index) => kinds[index] === 'constant');
    const literal = ({ expression, declared }: (typeof rows)[number]): string =>
      `(${expression ?? 'NULL'})::${declared}`;
    // The same few defaults stand in very many columns.
    const distinct = [...new Set(constants.map(literal))];
    const texts = await printConstants(session, distinct);
    const printed = new Map(distinct.map((text, index) => [text, texts[index]]));
    const textOf = new Map(constants.map((row) => [row, printed.get(literal(row))]));
    return rows.map((row, index) => ({
      oid: row.oid,
      column: {
        name: row.name,
        typeOid: row.typeOid,
        typmod: row.typmod,
        notNull: row.notNull,
        generated: row.generated,
        defaultText: textOf.get(row) ?? undefined,
        computedDefault: kinds[index] === 'computed',
        ...(row.comment === null ? {} : { comment: row.comment }),
      },
    }));
  }
}

const printed = z.array(z.object({ texts: z.array(z.string().nullable()) }));

/** Each expression as its type's output function prints it (format('%s', …), since a cast to text trims char(n)). */
async function printConstants(session: Session, expressions: readonly string[]): Promise<(string | null)[]> {
  if (expressions.length === 0) return [];
  const list = expressions.map((expression) => `pg_catalog.format('%s', ${expression})`).join(', ');
  try {
    const [row] = printed.parse(await session.query(`SELECT ARRAY[${list}] AS texts`));
    return row?.texts ?? [];
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    // One default that does not fit its column would take all the others with it.
    if (expressions.length === 1) return [null];
    const texts: (string | null)[] = [];
    for (const expression of expressions) texts.push((await printConstants(session, [expression]))[0] ?? null);
    return texts;
  }
}
