import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { SelectOverrides } from '../select-overrides.ts';
import type { BlockingQueue } from './blocking-queue.ts';
import { blockingTables, type BlockingRequest } from './blocking-request.ts';

/** The snapshot by which tables were being read that somebody asked for is not to be had any more. */
export class AskedSnapshotLost extends Error {
  override readonly name = 'AskedSnapshotLost';
}

/** A snapshot of tables that somebody asked for, which is taken while the stream stands still. */
export class AskedSnapshot {
  readonly request: BlockingRequest;
  readonly tables: readonly CatalogTable[];
  /** Own queries of some of the tables, by `schema.table`. */
  readonly queries: SelectOverrides;
  readonly #queue: BlockingQueue;

  constructor(queue: BlockingQueue, request: BlockingRequest, captured: readonly CatalogTable[]) {
    const { tables, queries } = blockingTables(request, captured);
    this.request = request;
    this.tables = tables;
    this.queries = queries;
    this.#queue = queue;
  }

  /** What is stored when it is done, or given up. */
  finished(): ChangeBatch['offsets'] {
    this.#queue.finish();
    return this.#queue.takeOffsets();
  }

  /** What is stored when it begins anew, later. */
  again(): ChangeBatch['offsets'] {
    this.#queue.renew();
    return this.#queue.takeOffsets();
  }

  /** Whether a failure is about what was asked for: the stream does not wait for somebody to mend it. */
  isGivenUpBy(error: unknown): boolean {
    if (error instanceof ConnectorError)
      return error.code === 'CONFIG_INVALID' || error.code === 'POSTGRES_PRIVILEGE_MISSING';
    // Names and syntax, and values that do not fit.
    return error instanceof pg.DatabaseError && /^(?:42|22)/.test(error.code ?? '');
  }
}
