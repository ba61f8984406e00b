import type { RegexList } from '../../../settings/regex-list.ts';
import type { ChangeBatch, SourceOffset } from '../../change-batch.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import type { Handover } from '../handover.ts';
import type { Lsn } from '../lsn.ts';
import { snapshotOffset, sourcePartition } from '../position/stored-offset.ts';
import { publishedForms } from '../setup/publication.ts';
import type { SourceConfig } from '../source-config.ts';
import type { SourceFacts } from '../source-facts.ts';
import type { TaskSetup } from '../task-setup.ts';
import { readPublishedParts } from './published-part.ts';
import { SerialSnapshotReader, type SnapshotReader } from './snapshot-reader.ts';
import { SnapshotRows } from './snapshot-rows.ts';

export interface SnapshotParts {
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  readonly setup: TaskSetup;
  readonly rules: PlanRules;
  readonly handover: Handover;
  readonly facts: SourceFacts;
  readonly log: TaskLog;
  /** Where streaming will begin. */
  readonly from: Lsn;
  /** The snapshot that the slot was created with, null for one of its own; and the session that keeps it. */
  readonly exported: { readonly name: string; readonly session: Session } | null;
}

const EVENT_BYTES = 200;

/**
 * Reads all captured tables and hands their rows over, then the offset that says so. Interrupted, it is begun again under a new
 * snapshot, and streaming still begins at `from`: a row read first and deleted since is then deleted for consumers, too.
 */
export async function runSnapshot(parts: SnapshotParts): Promise<void> {
  const { config, opener, setup, handover, log, from, exported } = parts;
  const xid = await snapshotXid(setup.session);
  const tables = await snapshotTables(parts);
  const rows = new SnapshotRows({ database: config.database, xid, from });
  parts.facts.snapshotBegins(tables.length, rows);
  const started = Date.now();
  const offset = (completed: boolean): SourceOffset =>
    snapshotOffset({ from, xid, timeMicros: BigInt(Date.now()) * 1000n, completed }, setup.source);
  const batch = (end: boolean, bytes: number, offsets: readonly SourceOffset[]): ChangeBatch => {
    const events = rows.take(end);
    const partition = sourcePartition(config.serverName);
    return {
      events,
      offsets: offsets.map((value) => ({ partition, offset: value })),
      bytes: bytes + events.length * EVENT_BYTES,
    };
  };
  await handover.store(batch(false, 0, [offset(false)]), from);
  log.info({ tables: tables.length, from: String(from) }, 'snapshot begins');
  const session = await opener.sql({ row_security: 'off', lock_timeout: String(config.snapshotLockTimeoutMs) });
  // A reader that waits for room would otherwise wait for ever.
  handover.failed.catch(() => session.socket.destroy());
  try {
    const reader: SnapshotReader = new SerialSnapshotReader({
      session,
      catalogSession: setup.session,
      catalog: setup.catalog,
      rules: parts.rules,
      parts: await readPublishedParts(setup.session, config.publicationName, setup.facts.version),
      rows,
      sink: (bytes) => handover.emit(batch(false, bytes, []), from),
      log,
      onTable: () => parts.facts.tableRead(),
    });
    // Once imported, the snapshot lives on in the reader's transaction.
    await reader.read(tables, exported?.name ?? null, () => exported?.session.close() ?? Promise.resolve());
  } finally {
    await session.close();
  }
  await handover.emit(batch(true, 0, [offset(true)]), from);
  parts.facts.snapshotCompleted();
  log.info({ rows: rows.count, tookMs: Date.now() - started }, 'snapshot completed');
}

async function snapshotTables({ config, setup, log }: SnapshotParts): Promise<CatalogTable[]> {
  const wanted: RegexList | null = config.snapshotTables;
  const tables = publishedForms(setup.catalog.tables, setup.publication.viaRoot).filter(
    ({ schema, table }) => wanted === null || wanted.matches(`${schema}.${table}`),
  );
  const rows = await setup.session.query(
    'SELECT schemaname::text AS schema, tablename::text AS table FROM pg_catalog.pg_publication_tables WHERE pubname = $1',
    [config.publicationName],
  );
  const published = new Set(rows.map(({ schema, table }) => JSON.stringify([schema, table])));
  const silent = tables.filter(({ schema, table }) => !published.has(JSON.stringify([schema, table])));
  if (silent.length > 0)
    log.warn(
      { publication: config.publicationName, tables: silent.map(({ schema, table }) => `${schema}.${table}`) },
      'tables match the filters but are not in the publication: their rows are read, their changes will not come',
    );
  return tables;
}

/** What Debezium writes as txId of snapshot rows; taken in a transaction of its own, so that the long one holds no xid. */
async function snapshotXid(session: Session): Promise<number> {
  const [row] = await session.query(
    'SELECT (CASE WHEN pg_catalog.pg_is_in_recovery() THEN 0 ELSE pg_catalog.txid_current() END)::float8 AS xid',
  );
  return typeof row?.['xid'] === 'number' ? row['xid'] : 0;
}
