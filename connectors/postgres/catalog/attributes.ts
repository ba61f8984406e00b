/**
 * pg_attribute as a FROM item, with attgenerated as the text `generated`. PostgreSQL 11 has no such column: the bare name, which
 * means a column of the innermost query that has one, then means the empty one outside.
 */
export const ATTRIBUTES = `(SELECT a.* FROM (SELECT ''::text AS attgenerated) absent CROSS JOIN LATERAL (
    SELECT b.*, attgenerated::text AS generated FROM pg_catalog.pg_attribute b) a)`;
