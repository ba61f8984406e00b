import { z } from 'zod';
import type { Session } from '../connection/session.ts';

const keptRow = z.object({ kept: z.boolean() });

// The transaction sees pg_class as of its snapshot, while pg_relation_filenode looks at the present: a difference means that the
// table was truncated or rewritten since, and then it looks empty to the snapshot.
const IS_KEPT = `
SELECT coalesce(bool_and(c.relfilenode = coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)), false) AS kept
FROM pg_catalog.pg_class c
WHERE c.oid = $1::int8::oid OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::int8::oid::regclass))`;

/** Whether the transaction's snapshot can see the rows of a table, which is locked so that this stays so. */
export async function isKept(session: Session, oid: number): Promise<boolean> {
  const [found] = z.array(keptRow).parse(await session.query(IS_KEPT, [oid]));
  return found?.kept === true;
}
