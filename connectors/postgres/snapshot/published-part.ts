import { z } from 'zod';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Session } from '../connection/session.ts';

/** What a publication sends of a table beyond "everything": a snapshot has to read the same. */
interface PublishedPart {
  /** Explicit column list; null: all columns. */
  readonly columns: readonly string[] | null;
  /** Row filter as SQL; null: all rows. */
  readonly filter: string | null;
}

export interface PublishedParts {
  /** By oid; only tables with a column list or a row filter. */
  readonly tables: ReadonlyMap<number, PublishedPart>;
  /** Stored generated columns are published (PostgreSQL 18). */
  readonly storedGenerated: boolean;
}

const partRow = z.object({ oid: z.number(), columns: z.array(z.string()).nullable(), filter: z.string().nullable() });
const generatedRow = z.object({ stored: z.boolean() });

// Column lists and row filters came with PostgreSQL 15.
const PARTS = `
SELECT pr.prrelid::int8::float8 AS oid, pg_catalog.pg_get_expr(pr.prqual, pr.prrelid) AS filter,
       CASE WHEN pr.prattrs IS NOT NULL THEN ARRAY(
         SELECT a.attname::text FROM unnest(pr.prattrs::int2[]) n JOIN pg_catalog.pg_attribute a ON a.attrelid = pr.prrelid AND a.attnum = n) END AS columns
FROM pg_catalog.pg_publication_rel pr JOIN pg_catalog.pg_publication p ON p.oid = pr.prpubid
WHERE p.pubname = $1 AND (pr.prattrs IS NOT NULL OR pr.prqual IS NOT NULL)`;

export async function readPublishedParts(
  session: Session,
  publication: string,
  version: number,
): Promise<PublishedParts> {
  if (version < 150_000) return { tables: new Map(), storedGenerated: false };
  const parts = z.array(partRow).parse(await session.query(PARTS, [publication]));
  const generated = z
    .array(generatedRow)
    .parse(
      await session.query(
        `SELECT coalesce(to_jsonb(p) ->> 'pubgencols', 'n') = 's' AS stored FROM pg_catalog.pg_publication p WHERE pubname = $1`,
        [publication],
      ),
    );
  return {
    tables: new Map(parts.map(({ oid, columns, filter }) => [oid, { columns, filter }])),
    storedGenerated: generated[0]?.stored ?? false,
  };
}

/** The names of a table's columns that changes of it would have, in table order. */
export function publishedColumns(table: CatalogTable, parts: PublishedParts): string[] {
  const listed = parts.tables.get(table.oid)?.columns ?? null;
  return table.columns
    .filter(({ name, generated }) => {
      if (listed !== null) return listed.includes(name);
      return generated === '' || (generated === 's' && parts.storedGenerated);
    })
    .map(({ name }) => name);
}
