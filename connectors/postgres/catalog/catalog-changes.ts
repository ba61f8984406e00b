import { z } from 'zod';
import type { Session } from '../connection/session.ts';

// By the names that servers before 13 have, too. The lower 32 bits, as the rows of the catalog have them. Everything below had
// ended, so what is read next shows it.
const NOW =
  'SELECT (pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())::numeric % 4294967296)::text AS since';

/** How many unique indexes a table has, as SQL: one that was dropped leaves no row behind. */
export function uniqueIndexes(table: string): string {
  return `(SELECT count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = ${table}.oid AND i.indisunique)::int4`;
}

/*
 * The rows of the catalog that describe a table, by the age of the transaction that wrote them; age() counts back from the next
 * one, also on a standby. A type of somebody's own may be another one although no row of the table is: such tables always count.
 */
const CHANGED = `
SELECT c.oid::int8::float8 AS oid,
       pg_catalog.age(c.xmin) <= l.age OR pg_catalog.age(n.xmin) <= l.age
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = c.oid AND (pg_catalog.age(a.xmin) <= l.age OR (a.attnum > 0 AND a.atttypid >= 16384)))
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND pg_catalog.age(i.xmin) <= l.age)
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid AND pg_catalog.age(d.xmin) <= l.age)
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_description d
               WHERE d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND pg_catalog.age(d.xmin) <= l.age)
       AS changed,
       ${uniqueIndexes('c')} AS "uniqueIndexes"
FROM (SELECT pg_catalog.age($2::text::xid) AS age) l,
     pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY ($1::text[]::oid[])`;

const nowRow = z.object({ since: z.string() });
const changedRow = z.object({ oid: z.number(), changed: z.boolean(), uniqueIndexes: z.number() });

/** What `changedTables` wants to know of the time at which the catalog is read next. */
export async function catalogTime(session: Session): Promise<string> {
  const [now] = z.array(nowRow).parse(await session.query(NOW));
  if (now === undefined) throw new Error('the server answered the question for its transactions with nothing');
  return now.since;
}

/**
 * Of some tables those that may have been altered or dropped since a `catalogTime`: reading 20,000 small tables took half as long as
 * with describing each of them again. `known`: their unique indexes then, by oid. Not noticed: a comment that was removed.
 */
export async function changedTables(
  session: Session,
  known: ReadonlyMap<number, number>,
  since: string,
): Promise<number[]> {
  const oids = [...known.keys()];
  const rows = z.array(changedRow).parse(await session.query(CHANGED, [oids.map(String), since]));
  const unchanged = new Set(
    rows.flatMap(({ oid, changed, uniqueIndexes: count }) => (changed || count !== known.get(oid) ? [] : [oid])),
  );
  return oids.filter((oid) => !unchanged.has(oid));
}
