import type { ChangeEvent, LogicalMessage, RecordEvent, SourceTransaction } from '../../change-event.ts';
import { Struct } from '../../connect-data.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import { lsnOf, type Lsn } from '../lsn.ts';
import type { SourceConfig } from '../source-config.ts';
import { readDdlMessage, type DdlColumn, type DdlMessage, type TableDefinition } from './ddl-message.ts';
import { changeSchema, columnSchema, keySchema, sourceSchema, tableSchema, valueSchema } from './ddl-schemas.ts';
import { DDL_PREFIX } from './ddl-trigger.ts';

export interface DdlRules {
  readonly server: string;
  readonly topic: string;
  /** Which tables are captured. */
  readonly filter: Pick<PlanRules['filter'], 'table'>;
}

/** What a configuration says about records of DDL. */
export function ddlRecords(config: SourceConfig, { filter }: Pick<PlanRules, 'filter'>): DdlRecords {
  const { serverName: server, ddlTopic } = config;
  return new DdlRecords({ server, topic: ddlTopic ?? `${server}.schema-changes`, filter });
}

/** Makes records of tables: of what the event triggers tell, each in the place of its message, and of the schema phase. */
export class DdlRecords {
  readonly #rules: DdlRules;

  constructor(rules: DdlRules) {
    this.#rules = rules;
  }

  /** Events with records in place of messages of the triggers. What was delivered before is not told of again, nor counted in its transaction. */
  replaced(events: readonly ChangeEvent[]): ChangeEvent[] {
    return events.flatMap((event): ChangeEvent[] => {
      const inner = event.kind === 'delivered' ? event.event : event;
      if (inner.kind !== 'message' || inner.prefix !== DDL_PREFIX) return [event];
      return event.kind === 'message' ? this.#recordsOf(event) : [];
    });
  }

  #recordsOf(event: LogicalMessage): RecordEvent[] {
    const told = readDdlMessage(event.content);
    if (told === undefined || !this.#rules.filter.table(told.schema, told.table)) return [];
    const { transaction, positionHigh, positionLow, ordinal } = event;
    const { database, timeMicros, xid, commitLsn } = transaction;
    const lsn = lsnOf(positionHigh, positionLow);
    return [this.#record(told, { database, timeMicros, xid, lsn, commitLsn, ordinal, snapshot: null })];
  }

  /** The table as it is where streaming begins: nobody has just created it. */
  definition(table: TableDefinition, { database, lsn }: { readonly database: string; readonly lsn: Lsn }): RecordEvent {
    const timeMicros = BigInt(Date.now()) * 1000n;
    const place = { database, timeMicros, xid: null, lsn, commitLsn: lsn, ordinal: 0, snapshot: 'true' };
    return this.#record({ ...table, type: 'CREATE', ddl: null, tag: null, user: null }, place);
  }

  #record(told: Told, place: Place): RecordEvent {
    const { topic, server } = this.#rules;
    const { database, timeMicros, xid, lsn, commitLsn, ordinal, snapshot } = place;
    const source = new Struct(sourceSchema, [
      'postgresql',
      server,
      timeMicros / 1000n,
      timeMicros,
      database,
      told.schema,
      told.table,
      xid === null ? null : BigInt(xid),
      lsn,
      commitLsn,
      ordinal,
      snapshot,
    ]);
    const { schema, ddl, tag, user } = told;
    const value = [source, BigInt(Date.now()), database, schema, ddl, tag, user, [changeOf(told)]];
    const record = {
      topic,
      // One order for all of them, whatever the number of partitions.
      partition: 0,
      keySchema,
      key: new Struct(keySchema, [database]),
      valueSchema,
      value: new Struct(valueSchema, value),
      timestampMs: null,
      headers: [],
    };
    return { kind: 'record', record };
  }
}

/** What a record says of a table and of the statement that made it so; null: there was none. */
type Told = TableDefinition &
  Pick<DdlMessage, 'type' | 'ddl'> & { readonly tag: string | null; readonly user: string | null };

/** Where in the log. */
interface Place extends Pick<SourceTransaction, 'database' | 'timeMicros' | 'xid' | 'commitLsn'> {
  readonly lsn: Lsn;
  readonly ordinal: number;
  readonly snapshot: string | null;
}

function changeOf(told: TableDefinition & Pick<DdlMessage, 'type'>): Struct {
  const table =
    told.type === 'DROP' ? null : new Struct(tableSchema, [told.key, told.columns.map(columnOf), told.comment ?? null]);
  return new Struct(changeSchema, [told.type, `${quoted(told.schema)}.${quoted(told.table)}`, table]);
}

/** Positions are those among the columns that there are, from 1, as Debezium gives them. */
function columnOf(column: DdlColumn, index: number): Struct {
  const isGenerated = column.generated !== '';
  return new Struct(columnSchema, [
    column.name,
    column.type,
    column.declared,
    index + 1,
    !column.notNull,
    column.identity !== '' || /^nextval\(/.test(column.expression ?? ''),
    isGenerated,
    column.expression !== null && !isGenerated,
    column.expression,
    column.comment,
  ]);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
