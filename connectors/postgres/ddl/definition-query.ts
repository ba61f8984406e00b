import { z } from 'zod';
import { ATTRIBUTES } from '../catalog/attributes.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';
import { readDefinition, type TableDefinition } from './ddl-message.ts';

/** Arguments of jsonb_build_object that describe the relation `r` in the schema `n`; also in the event triggers. */
export const TABLE_MEMBERS = `'schema', n.nspname, 'table', r.relname, 'identity', r.relreplident,
      'comment', pg_catalog.obj_description(r.oid, 'pg_class'),
      'key', coalesce((SELECT pg_catalog.jsonb_agg(a.attname ORDER BY k.place) FROM pg_catalog.pg_index i
         CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
         WHERE i.indrelid = r.oid AND i.indisprimary AND k.place <= i.indnkeyatts), '[]'),
      'columns', coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('number', a.attnum, 'name', a.attname,
           'typeOid', a.atttypid::int8, 'typmod', a.atttypmod, 'type', t.typname,
           'declared', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
           'generated', a.generated, 'identity', a.attidentity, 'comment', pg_catalog.col_description(r.oid, a.attnum),
           'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
         FROM ${ATTRIBUTES} a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]')`;

const DEFINITIONS = `
SELECT r.oid::int8::float8 AS oid, pg_catalog.jsonb_build_object(${TABLE_MEMBERS})::text AS told
FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE r.oid = ANY ($1::text[]::oid[])`;

const definitionRow = z.object({ oid: z.number(), told: z.string() });

/** The answer about so many columns is held at once: a column takes about 300 bytes of JSON. */
const COLUMNS_AT_ONCE = 5000;

/** Tables that were asked for at once, in their order, and the size of the answer about them. */
export interface DefinitionPart {
  readonly definitions: readonly TableDefinition[];
  readonly bytes: number;
}

/** The tables as the catalog shows them now, in their order; those that are gone are left out. */
export async function* tableDefinitions(
  session: Session,
  tables: readonly CatalogTable[],
): AsyncGenerator<DefinitionPart> {
  for (let at = 0; at < tables.length;) {
    const part = partFrom(tables, at);
    at += part.length;
    const rows = z.array(definitionRow).parse(await session.query(DEFINITIONS, [part.map(({ oid }) => String(oid))]));
    const told = new Map(rows.map((row) => [row.oid, row.told]));
    const definitions = part.flatMap(({ oid }) => {
      const text = told.get(oid);
      return text === undefined ? [] : [readDefinition(text)];
    });
    yield { definitions, bytes: rows.reduce((sum, row) => sum + row.told.length, 0) };
  }
}

/** At least one. */
function partFrom(tables: readonly CatalogTable[], from: number): readonly CatalogTable[] {
  let columns = 0;
  let end = from;
  for (; end < tables.length; end += 1) {
    columns += tables[end]?.columns.length ?? 0;
    if (columns > COLUMNS_AT_ONCE && end > from) break;
  }
  return tables.slice(from, end);
}
