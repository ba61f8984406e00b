import type { PostgresTransaction, RowChange } from '../../change-event.ts';
import type { RowImage } from '../../row-image.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';
import type { StreamFacts } from './stream-facts.ts';

/** The rows of a chunk as events, at a place in the stream: they carry that place, as Debezium's do. */
export function chunkEvents(
  rows: Iterable<RowImage>,
  {
    schema,
    done,
    cursor,
  }: { readonly schema: TableSchema; readonly done: Lsn; readonly cursor: StreamFacts['cursor'] },
): RowChange[] {
  const transaction: PostgresTransaction = {
    source: 'postgresql',
    database: schema.database,
    xid: cursor.lastXid,
    timeMicros: BigInt(Date.now()) * 1000n,
    commitLsn: done,
    previousCommitEnd: cursor.previousCommitEnd,
    snapshot: 'incremental',
  };
  const positionHigh = Number(done >> 32n);
  const positionLow = Number(done & 0xffff_ffffn);
  let ordinal = 0;
  return Array.from(rows, (after): RowChange => {
    ordinal += 1;
    return {
      kind: 'row',
      op: 'r',
      table: schema,
      before: null,
      partialBefore: false,
      after,
      transaction,
      positionHigh,
      positionLow,
      ordinal,
    };
  });
}
