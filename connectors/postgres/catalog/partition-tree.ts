/**
 * A subquery for the oids of a partitioned table and everything below it, as `relid`. Not pg_partition_tree(), which PostgreSQL 11
 * lacks.
 */
export function partitionTree(oid: string): string {
  return `(WITH RECURSIVE tree(relid) AS (
      SELECT ${oid} UNION ALL SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.relid)
    SELECT relid FROM tree)`;
}
