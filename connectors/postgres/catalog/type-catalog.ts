import { z } from 'zod';
import type { Session } from '../connection/session.ts';
import type { TypeMessage } from '../decoder/relation-message.ts';
import type { PgType, PgTypes } from './pg-type.ts';
import { aliasOf, type TypeAliases } from './type-aliases.ts';

const row = z.object({
  oid: z.number(),
  name: z.string(),
  schema: z.string(),
  kind: z.string(),
  element: z.number(),
  base: z.number(),
  baseTypmod: z.number(),
  labels: z.array(z.string()),
});

// typelem is also set for types that are no arrays in curly braces: oidvector, int2vector, point, name. Category A with the
// type's own array output function tells them apart. oid arrays come as text, since `pg` has no parser for oid[].
const TYPES = `
WITH RECURSIVE wanted(oid) AS (
  SELECT unnest($1::text[])::oid
  UNION
  SELECT k.oid FROM pg_catalog.pg_type k WHERE k.typnamespace = 'pg_catalog'::regnamespace AND k.typname = ANY ($2::text[])
  UNION
  SELECT part FROM wanted JOIN pg_catalog.pg_type t ON t.oid = wanted.oid, LATERAL (VALUES (t.typelem), (t.typbasetype)) v(part)
  WHERE part <> 0
)
SELECT t.oid::int8::float8 AS oid, t.typname::text AS name, n.nspname::text AS schema, t.typtype::text AS kind,
       (CASE WHEN t.typcategory = 'A' AND t.typoutput = 'pg_catalog.array_out'::regproc THEN t.typelem ELSE 0 END)::int8::float8 AS element,
       t.typbasetype::int8::float8 AS base, t.typtypmod AS "baseTypmod",
       ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
FROM wanted JOIN pg_catalog.pg_type t ON t.oid = wanted.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace`;

/** The types that captured columns have, as the catalog shows them now; those it no longer shows, as the log named them. */
export class TypeCatalog {
  readonly #types = new Map<number, PgType>();
  readonly #loaded = new Set<number>();
  readonly #aliases: TypeAliases;

  constructor(aliases: TypeAliases = new Map()) {
    this.#aliases = aliases;
  }

  get types(): PgTypes {
    return this.#types;
  }

  /** Whether the catalog has been asked about this type and knew it. */
  has(oid: number): boolean {
    return this.#loaded.has(oid);
  }

  /** Reads the given types, and what they are made of, anew. */
  async load(session: Session, oids: Iterable<number>): Promise<void> {
    const wanted = [...new Set(oids)].map(String);
    if (wanted.length === 0) return;
    const rows = z.array(row).parse(await session.query(TYPES, [wanted, [...new Set(this.#aliases.values())]]));
    for (const type of rows) {
      this.#types.set(type.oid, this.#aliased(type, rows));
      this.#loaded.add(type.oid);
    }
  }

  /** A type that is to be taken for another one, as a domain over that: its name and its typmod stay. */
  #aliased(type: PgType, all: readonly PgType[]): PgType {
    const alias = aliasOf(this.#aliases, type);
    if (alias === undefined) return type;
    const known = all.find(({ schema, name }) => schema === 'pg_catalog' && name === alias);
    return known === undefined || known.oid === type.oid ? type : { ...type, kind: 'd', element: 0, base: known.oid };
  }

  /** A Type message: all that is known of a type that was dropped since. Its base type's name, if it was a domain. */
  note(message: TypeMessage): void {
    if (this.#loaded.has(message.oid)) return;
    this.#types.set(message.oid, { ...message, kind: 'b', element: 0, base: 0, baseTypmod: -1, labels: [] });
  }
}
