import { z } from 'zod';

/** What an operator asked to be read again, as it was asked. */
export const snapshotRequest = z.object({
  /** Id of the signal. */
  id: z.string(),
  /** Java regular expressions of `schema.table`, matched whole. */
  collections: z.array(z.string()),
  /** Which rows of the tables that match, as SQL; the first that matches counts. */
  conditions: z.array(z.object({ collection: z.string(), filter: z.string() })),
  /** A column to order chunks by; null: each table's key. */
  surrogateKey: z.string().nullable(),
});
export type SnapshotRequest = z.infer<typeof snapshotRequest>;

/** One table of a request. */
export const queuedTable = z.object({
  schema: z.string(),
  table: z.string(),
  condition: z.string().nullable(),
  surrogateKey: z.string().nullable(),
});
export type QueuedTable = z.infer<typeof queuedTable>;

/** `schema.table`, as signals and notifications name tables. */
export function plainName({ schema, table }: Pick<QueuedTable, 'schema' | 'table'>): string {
  return `${schema}.${table}`;
}
