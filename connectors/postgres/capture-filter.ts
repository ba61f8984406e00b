import type { RegexList } from '../../settings/regex-list.ts';
import { HEARTBEAT_NAME, HEARTBEAT_SCHEMA } from './heartbeat/heartbeat-table.ts';
import type { HeartbeatPlace } from './heartbeat/heartbeat-writer.ts';
import type { SignalTable } from './signals/signal-table.ts';

/** The include and exclude lists; null: no such list. */
export interface CaptureLists {
  readonly schemaInclude: RegexList | null;
  readonly schemaExclude: RegexList | null;
  readonly tableInclude: RegexList | null;
  readonly tableExclude: RegexList | null;
  readonly columnInclude: RegexList | null;
  readonly columnExclude: RegexList | null;
  /** Captured whatever the lists say. */
  readonly signalTable?: SignalTable | null;
  /** Where the connector writes heartbeats; the table that serves for it is captured only when a list names it. */
  readonly heartbeatWrite?: HeartbeatPlace;
}

/** What Debezium leaves out in any case (PostgresConnectorConfig.SystemTablesPredicate); temporary tables are never decoded. */
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema']);
const SYSTEM_TABLES: ReadonlySet<string> = new Set(['spatial_ref_sys']);

/** Decides which tables and columns are captured. */
export class CaptureFilter {
  readonly #lists: CaptureLists;

  constructor(lists: CaptureLists) {
    this.#lists = lists;
  }

  table(schema: string, table: string): boolean {
    if (this.#lists.signalTable?.is(schema, table) === true) return true;
    if (SYSTEM_SCHEMAS.has(schema.toLowerCase()) || schema.startsWith('pg_temp')) return false;
    if (SYSTEM_TABLES.has(table.toLowerCase())) return false;
    if (this.#isOwn(schema, table)) return false;
    return (
      listed(schema, this.#lists.schemaInclude, this.#lists.schemaExclude) &&
      listed(`${schema}.${table}`, this.#lists.tableInclude, this.#lists.tableExclude)
    );
  }

  #isOwn(schema: string, table: string): boolean {
    const { heartbeatWrite, tableInclude } = this.#lists;
    return (
      heartbeatWrite === 'table' && tableInclude === null && schema === HEARTBEAT_SCHEMA && table === HEARTBEAT_NAME
    );
  }

  column(schema: string, table: string, column: string): boolean {
    return listed(`${schema}.${table}.${column}`, this.#lists.columnInclude, this.#lists.columnExclude);
  }
}

function listed(name: string, include: RegexList | null, exclude: RegexList | null): boolean {
  if (include !== null) return include.matches(name);
  return exclude === null || !exclude.matches(name);
}
