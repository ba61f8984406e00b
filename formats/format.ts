import type { DeliveredEvent, RowChange, SideEvent } from '../connectors/change-event.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import type { TableSchema } from '../connectors/table-schema.ts';
import type { RecordSink } from './encoded-record.ts';

/** Compiled for one version of a table: everything that does not change from row to row is prepared. */
export interface TableEncoder {
  /** Where this table's records go. */
  readonly topic: string;
  /** Appends the record or records of one change (a delete brings a tombstone, a changed key three records), in order. */
  encode(change: RowChange, sink: RecordSink): void;
}

/** A message format with its options: turns change events into keys and values. */
export interface Format {
  /** Compiles an encoder. The caller keeps it for as long as it sees this table schema object. */
  compile(table: TableSchema): TableEncoder;
  /** Where the records of a table go. */
  tableTopic(schema: string | null, table: string): string;
  /** Where the records of events about no table go. */
  sideTopic(event: SideEvent): string;
  encodeSide(event: SideEvent, sink: RecordSink): void;
}

/** A message format whose records keep their fields, for transforms and converters of any kind. */
export interface RecordFormat {
  /** The record or records of one event, in order; none of one that was delivered before. */
  records(event: RowChange | SideEvent | DeliveredEvent): SourceRecord[];
  /** Where the records of a table go. */
  tableTopic(schema: string | null, table: string): string;
}
