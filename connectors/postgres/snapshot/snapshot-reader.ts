import pg from 'pg';
import { z } from 'zod';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import { readCopyRow } from '../decoder/copy-row.ts';
import { FieldArena } from '../decoder/field-arena.ts';
import { copyOut } from '../wire/copy-out.ts';
import type { PublishedParts } from './published-part.ts';
import type { SnapshotRows } from './snapshot-rows.ts';
import { tableReading } from './snapshot-table.ts';

/** Takes what has been read. A promise: read on when it settles. */
type SnapshotSink = (bytes: number) => Promise<void> | undefined;

/**
 * Reads tables as one snapshot shows them and adds their rows to `rows`. The seam for other ways of reading (several readers,
 * chunks that can be resumed): whoever implements it decides about connections and order.
 */
export interface SnapshotReader {
  /** `snapshot`: an exported snapshot to read by, null: one of its own. Resolves when all tables are read. */
  read(tables: readonly CatalogTable[], snapshot: string | null, onImported: () => Promise<void>): Promise<void>;
}

export interface SerialReaderParts {
  /** For the long transaction; nothing else runs on it. */
  readonly session: Session;
  /** For questions to the catalog of now, which the long transaction cannot see. */
  readonly catalogSession: Session;
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  readonly rows: SnapshotRows;
  readonly sink: SnapshotSink;
  readonly log: TaskLog;
  /** A table is done with, its rows read or none to be had. */
  readonly onTable: () => void;
}

const keptRow = z.object({ kept: z.boolean() });

// The transaction sees pg_class as of its snapshot, while pg_relation_filenode looks at the present: a difference means that the
// table was truncated or rewritten since, and then it looks empty to the snapshot.
const IS_KEPT = `
SELECT coalesce(bool_and(c.relfilenode = coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)), false) AS kept
FROM pg_catalog.pg_class c
WHERE c.oid = $1::int8::oid OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::int8::oid::regclass))`;

const UNDEFINED_TABLE = '42P01';

/** One connection, one table after the other, by COPY. */
export class SerialSnapshotReader implements SnapshotReader {
  readonly #parts: SerialReaderParts;
  readonly #arena = new FieldArena();

  constructor(parts: SerialReaderParts) {
    this.#parts = parts;
  }

  async read(tables: readonly CatalogTable[], snapshot: string | null, onImported: () => Promise<void>): Promise<void> {
    const { session } = this.#parts;
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    if (snapshot !== null) await session.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(snapshot)}`);
    // The first query takes the snapshot where none was imported.
    await session.query('SELECT 1');
    await onImported();
    const again: CatalogTable[] = [];
    for (const table of tables) {
      await session.query('SAVEPOINT before_table');
      if (await this.#readTable(table)) this.#parts.onTable();
      else again.push(table);
      // Also gives the lock on the table back, which an ALTER TABLE may be waiting for.
      await session.query('ROLLBACK TO SAVEPOINT before_table');
    }
    await session.query('COMMIT');
    if (again.length === 0) return;
    const names = again.map(({ schema, table }) => `${schema}.${table}`);
    this.#parts.log.info({ tables: names }, 'reading tables again that were rewritten or truncated since the snapshot');
    await this.read(again, null, () => Promise.resolve());
  }

  /** False: the snapshot cannot see this table any more. */
  async #readTable(table: CatalogTable): Promise<boolean> {
    const { session, catalogSession, catalog, log } = this.#parts;
    const name = `${table.schema}.${table.table}`;
    if (!(await this.#lock(table))) {
      log.warn({ table: name }, 'the table was dropped before the snapshot came to it');
      return true;
    }
    // Nobody can alter the table while it is locked: what the catalog of now says is what COPY will give.
    await catalog.refresh(catalogSession, table.oid, []);
    const current = catalog.table(table.oid);
    if (current === undefined) {
      log.info({ table: name }, 'the table was made anew since the snapshot; all its rows come as changes');
      return true;
    }
    const [found] = z.array(keptRow).parse(await session.query(IS_KEPT, [table.oid]));
    if (found?.kept !== true) return false;
    await this.#copy(current);
    return true;
  }

  async #lock({ schema, table }: CatalogTable): Promise<boolean> {
    const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
    try {
      await this.#parts.session.query(`LOCK TABLE ${name} IN ACCESS SHARE MODE`);
      return true;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (error.code === UNDEFINED_TABLE) return false;
      if (error.code !== '42501') throw error;
      throw new ConnectorError(
        'POSTGRES_PRIVILEGE_MISSING',
        `the snapshot may not read ${schema}.${table} (${error.message}): GRANT SELECT on it, and USAGE on its schema, to the user of the connector`,
        { cause: error },
      );
    }
  }

  async #copy(table: CatalogTable): Promise<void> {
    const { session, catalog, rules, parts, rows, sink, log } = this.#parts;
    const reading = tableReading({ table, types: catalog.types.types, parts }, rules);
    const width = reading.schema.columns.length;
    const before = rows.count;
    rows.beginTable(reading.schema, BigInt(Date.now()) * 1000n);
    await copyOut(session, reading.statement, {
      row: (line) => {
        const base = this.#arena.reserve(2 * width);
        const { fields } = this.#arena;
        readCopyRow(line, fields, { base, width });
        rows.add({ bytes: line.bytes, fields, at: base });
      },
      chunkEnd: sink,
    });
    log.info({ table: `${table.schema}.${table.table}`, rows: rows.count - before }, 'read a table of the snapshot');
  }
}
