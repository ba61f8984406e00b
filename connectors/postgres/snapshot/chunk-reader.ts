import pg from 'pg';
import type { OpenChunk } from '../../snapshot/snapshot-ledger.ts';
import type { SettledChunk } from '../../snapshot/snapshot-records.ts';
import type { ChangeBatch } from '../../change-batch.ts';
import type { RowChange } from '../../change-event.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import { readCopyRow } from '../decoder/copy-row.ts';
import { FieldArena } from '../decoder/field-arena.ts';
import { copyOut } from '../wire/copy-out.ts';
import { chunkCondition } from './chunk-condition.ts';
import { isKept } from './kept-table.ts';
import type { PublishedParts } from './published-part.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';
import type { RowGroup, SnapshotRows } from './snapshot-rows.ts';
import { tableReading } from './snapshot-table.ts';
import { withTableLock } from './table-lock.ts';

export interface ChunkReaderParts {
  /** For questions to the catalog of now, which the snapshot cannot see. */
  readonly catalogSession: Session;
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  readonly rows: SnapshotRows;
  /** Hands a part of a chunk over; a promise: go on when it settles. */
  readonly emit: (batch: ChangeBatch) => Promise<void> | undefined;
  /** Whether a chunk is still to be read: its table may have been planned anew meanwhile. */
  readonly isWanted: (open: OpenChunk) => boolean;
  /** The offset that is stored with the last part. */
  readonly offsetOf: (chunk: SettledChunk) => ChangeBatch['offsets'][number];
  readonly log: TaskLog;
}

const EVENT_BYTES = 200;
/** Below this nothing is handed over before the chunk is read: chunks of small tables then share a transaction. */
const PART_BYTES = 256 * 1024;

type Outcome = 'read' | 'unseen' | 'nothing';

/** Reads chunks of tables by a snapshot that is held, and hands each over as one unit with the offset that says so. */
export class ChunkReader {
  readonly #parts: ChunkReaderParts;
  readonly #arena = new FieldArena();
  #waiting: RowChange[] = [];
  #waitingBytes = 0;
  /** A part of the chunk was handed over, and the rest is to follow. */
  #isOpen = false;

  constructor(parts: ChunkReaderParts) {
    this.#parts = parts;
  }

  /** Reads one chunk of a table. False: nobody wants it any more. Then, and when it fails, nothing of it is kept. */
  async read(holder: SnapshotHolder, open: OpenChunk, table: CatalogTable | undefined): Promise<boolean> {
    const { plan, chunk } = open;
    const { rows } = this.#parts;
    try {
      const outcome = table === undefined ? 'nothing' : await this.#readTable(holder.session, open, table);
      const settled: SettledChunk = {
        table: plan.table,
        version: plan.version,
        chunk,
        epoch: plan.epoch,
        rows: outcome === 'read' ? rows.count : 0,
        unseen: outcome === 'unseen',
      };
      const isWanted = this.#parts.isWanted(open);
      if (isWanted) await this.#close(settled, outcome === 'read');
      else this.#drop();
      return isWanted;
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  async #readTable(session: Session, open: OpenChunk, table: CatalogTable): Promise<Outcome> {
    const { catalogSession, catalog, log } = this.#parts;
    const name = `${table.schema}.${table.table}`;
    const outcome = await withTableLock(session, table, async (): Promise<Outcome> => {
      // Nobody can alter the table while it is locked: what the catalog of now says is what COPY will give.
      await catalog.refresh(catalogSession, table.oid, []);
      const current = catalog.table(table.oid);
      if (current === undefined) {
        log.info({ table: name }, 'the table was made anew since the snapshot; all its rows come as changes');
        return 'nothing';
      }
      const kept = await isKept(session, table.oid);
      const hasKey = open.plan.key.every((column) => current.columns.some((known) => known.name === column));
      if (!kept || !hasKey) return 'unseen';
      await this.#copy(session, open, current);
      return 'read';
    });
    if (outcome !== undefined) return outcome;
    log.warn({ table: name }, 'the table was dropped before the snapshot came to it');
    return 'nothing';
  }

  async #copy(session: Session, { plan, chunk }: OpenChunk, table: CatalogTable): Promise<void> {
    const { catalog, rules, parts, rows, log } = this.#parts;
    const { types } = catalog.types;
    const reading = tableReading({ table, types, parts }, rules);
    const width = reading.schema.columns.length;
    const typeOf = (column: string): string => {
      const type = types.get(table.columns.find(({ name }) => name === column)?.typeOid ?? 0);
      return `pg_catalog.${pg.escapeIdentifier(type?.name ?? 'text')}`;
    };
    rows.begin({ table: reading.schema, timeMicros: BigInt(Date.now()) * 1000n, ...marksOf({ plan, chunk }) });
    await copyOut(session, reading.copy(chunkCondition(plan, chunk, typeOf)), {
      row: (line) => {
        const base = this.#arena.reserve(2 * width);
        const { fields } = this.#arena;
        readCopyRow(line, fields, { base, width });
        rows.add({ bytes: line.bytes, fields, at: base });
      },
      chunkEnd: (bytes) => this.#part(bytes),
    });
    const chunks = plan.boundaries.length + 1;
    log.info(
      {
        table: `${table.schema}.${table.table}`,
        rows: rows.count,
        ...(chunks > 1 ? { chunk: chunk + 1, chunks } : {}),
      },
      chunks > 1 ? 'read a chunk of the snapshot' : 'read a table of the snapshot',
    );
  }

  #part(bytes: number): Promise<void> | undefined {
    const { rows, emit } = this.#parts;
    this.#waiting.push(...rows.take());
    this.#waitingBytes += bytes;
    if (this.#waitingBytes < PART_BYTES || this.#waiting.length === 0) return undefined;
    this.#isOpen = true;
    return emit({ ...this.#taken(), offsets: [], continues: true });
  }

  async #close(settled: SettledChunk, hasRows: boolean): Promise<void> {
    const { rows, emit, offsetOf } = this.#parts;
    if (hasRows) this.#waiting.push(...rows.take(true));
    this.#isOpen = false;
    await emit({ ...this.#taken(), offsets: [offsetOf(settled)] });
  }

  #taken(): Pick<ChangeBatch, 'events' | 'bytes'> {
    const events = this.#waiting;
    const bytes = this.#waitingBytes + events.length * EVENT_BYTES;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return { events, bytes };
  }

  /** What was handed over of a chunk that broke off must not be committed with the one that is read in its place. */
  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A task that is over cannot hand this over, and need not.
    this.#parts.emit({ events: [], offsets: [], bytes: 0, transaction: 'abort' })?.catch(() => undefined);
  }
}

/** What the first and the last row of a chunk are the first and last of. */
function marksOf({ plan, chunk }: OpenChunk): Pick<RowGroup, 'first' | 'last'> {
  const isFirst = chunk === 0;
  const isLast = chunk === plan.boundaries.length;
  return {
    first: !isFirst ? null : plan.first ? 'all' : 'table',
    last: !isLast ? null : plan.last ? 'all' : 'table',
  };
}
