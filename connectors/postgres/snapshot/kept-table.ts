import { z } from 'zod';
import type { ListedTable } from '../catalog/catalog-table.ts';
import { partitionTree } from '../catalog/partition-tree.ts';
import type { Session } from '../connection/session.ts';

const keptRow = z.object({ kept: z.boolean() });

// The transaction sees pg_class as of its snapshot, while pg_relation_filenode looks at the present: a difference means that the
// table was truncated or rewritten since, and then it looks empty to the snapshot.
const IS_KEPT = `
SELECT coalesce(bool_and(c.relfilenode = coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)), false) AS kept
FROM pg_catalog.pg_class c WHERE c.oid`;
const WITH_PARTITIONS = `${IS_KEPT} IN ${partitionTree('$1::int8::oid')}`;
/** For all others: 20,000 small tables are asked about one by one, each by the index of pg_class. */
const ALONE = `${IS_KEPT} = $1::int8::oid`;

/** Whether the transaction's snapshot can see the rows of a table, which is locked so that this stays so. */
export async function isKept(session: Session, { oid, kind }: Pick<ListedTable, 'oid' | 'kind'>): Promise<boolean> {
  const query = kind === 'p' ? WITH_PARTITIONS : ALONE;
  const [found] = z.array(keptRow).parse(await session.query(query, [oid]));
  return found?.kept === true;
}
