import type { RowChange } from '../../../connectors/change-event.ts';
import type { TableSchema } from '../../../connectors/table-schema.ts';
import { debeziumFormat } from '../../../formats/debezium/debezium-format.ts';
import type { TableEncoder } from '../../../formats/format.ts';
import { lsnOf } from '../../../connectors/postgres/lsn.ts';
import { TextSink } from '../../support/encoded.ts';

/** The time at which a record was made, in its envelope: the only thing that differs when the same change is encoded again. */
const MADE_AT = /("op":"\w"),"ts_ms":\d+,"ts_us":\d+,"ts_ns":\d+/;

/** Everything that consumers and offsets see of changes, one text each: records as bytes of JSON, place and number. */
export class EncodedChanges {
  readonly #format = debeziumFormat(
    { 'topic.prefix': 'same' },
    { 'key.converter.schemas.enable': 'false', 'value.converter.schemas.enable': 'false' },
  );
  readonly #encoders = new Map<TableSchema, TableEncoder>();

  texts(changes: readonly RowChange[]): string[] {
    return changes.map((change) => {
      const sink = new TextSink();
      this.#encoder(change.table).encode(change, sink);
      const place = `${lsnOf(change.positionHigh, change.positionLow)} ${change.ordinal}`;
      return `${place} ${JSON.stringify(sink.records)}`.replaceAll('\\"', '"').replace(MADE_AT, '$1');
    });
  }

  #encoder(table: TableSchema): TableEncoder {
    const known = this.#encoders.get(table) ?? this.#format.compile(table);
    this.#encoders.set(table, known);
    return known;
  }
}
