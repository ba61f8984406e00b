import type { ChangeEvent, LogicalMessage, RecordEvent } from '../../change-event.ts';
import { Struct } from '../../connect-data.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import { lsnOf } from '../lsn.ts';
import type { SourceConfig } from '../source-config.ts';
import { readDdlMessage, type DdlColumn, type DdlMessage } from './ddl-message.ts';
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

/** Makes records of what the event triggers tell, each in the place of its message, and leaves out what is about other tables. */
export class DdlRecords {
  readonly #rules: DdlRules;

  constructor(rules: DdlRules) {
    this.#rules = rules;
  }

  /** What was delivered before is not told of again, nor counted in its transaction. */
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
    const { topic } = this.#rules;
    const { database } = event.transaction;
    const record = {
      topic,
      // One order for all of them, whatever the number of partitions.
      partition: 0,
      keySchema,
      key: new Struct(keySchema, [database]),
      valueSchema,
      value: this.#value(event, told),
      timestampMs: null,
      headers: [],
    };
    return [{ kind: 'record', record }];
  }

  #value(event: LogicalMessage, told: DdlMessage): Struct {
    const { transaction, positionHigh, positionLow } = event;
    const { database, timeMicros: micros, xid, commitLsn } = transaction;
    const lsn = lsnOf(positionHigh, positionLow);
    const source = new Struct(sourceSchema, [
      'postgresql',
      this.#rules.server,
      micros / 1000n,
      micros,
      database,
      told.schema,
      told.table,
      xid === null ? null : BigInt(xid),
      lsn,
      commitLsn,
      event.ordinal,
    ]);
    return new Struct(valueSchema, [
      source,
      BigInt(Date.now()),
      database,
      told.schema,
      told.ddl,
      told.tag,
      told.user,
      [changeOf(told)],
    ]);
  }
}

function changeOf(told: DdlMessage): Struct {
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
