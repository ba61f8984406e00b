import type { TaskLog } from '../../source-connector.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { CurrentTable } from './snapshot-queue.ts';
import { plainName } from './snapshot-request.ts';

/** What became of a table, in Debezium's words. */
export type ScanStatus = 'SUCCEEDED' | 'EMPTY' | 'NO_PRIMARY_KEY' | 'SQL_EXCEPTION' | 'UNKNOWN_SCHEMA';

const AGGREGATE = 'Incremental Snapshot';

/** Tells of incremental snapshots, in the log and by notifications, with Debezium's words and members. */
export class SnapshotNews {
  readonly #notifier: Notifier;
  readonly #log: TaskLog;

  constructor(notifier: Notifier, log: TaskLog) {
    this.#notifier = notifier;
    this.#log = log;
  }

  /** `unknown`: entries of the request that no captured table matches. */
  started(id: string, tables: readonly string[], unknown: readonly string[]): void {
    if (tables.length > 0) {
      this.#log.info({ signal: id, tables }, 'incremental snapshot begins');
      this.#notifier.notify(AGGREGATE, 'STARTED', { data_collections: tables.join(',') }, id);
    }
    if (unknown.length === 0) return;
    this.#log.warn({ signal: id, collections: unknown }, 'no captured table has a name that the signal asks for');
    for (const entry of unknown)
      this.#notifier.notify(AGGREGATE, 'TABLE_SCAN_COMPLETED', scan(entry, tables, 0, 'UNKNOWN_SCHEMA'), id);
  }

  progressed({ request, table, maximum, last }: CurrentTable, tables: () => readonly string[]): void {
    // Once per chunk: not even the texts are made for nobody.
    if (!this.#notifier.isEnabled) return;
    this.#notifier.notify(
      AGGREGATE,
      'IN_PROGRESS',
      {
        data_collections: tables().join(','),
        current_collection_in_progress: plainName(table),
        maximum_key: maximum?.join(',') ?? '<null>',
        last_processed_key: last?.join(',') ?? '<null>',
      },
      request,
    );
  }

  scanned({ request, table, rows }: CurrentTable, status: ScanStatus, tables: readonly string[]): void {
    const name = plainName(table);
    this.#log.info({ signal: request, table: name, rows, status }, 'a table of the incremental snapshot is done');
    this.#notifier.notify(AGGREGATE, 'TABLE_SCAN_COMPLETED', scan(name, tables, rows, status), request);
  }

  completed(id: string): void {
    this.#log.info({ signal: id }, 'incremental snapshot completed');
    this.#notifier.notify(AGGREGATE, 'COMPLETED', {}, id);
  }

  /** By a signal; `tables`: those of a snapshot that was stopped. */
  changed(type: 'PAUSED' | 'RESUMED' | 'ABORTED', tables: readonly string[], id: string): void {
    this.#log.info({ signal: id, tables }, `incremental snapshot ${type.toLowerCase()}`);
    this.#notifier.notify(AGGREGATE, type, { data_collections: tables.join(',') }, id);
  }
}

function scan(table: string, tables: readonly string[], rows: number, status: ScanStatus): Record<string, string> {
  return { data_collections: tables.join(','), scanned_collection: table, total_rows_scanned: String(rows), status };
}
