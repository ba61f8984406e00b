import type { ChangeBatch, SourcePartition } from '../../change-batch.ts';
import {
  encodeSnapshotRecord,
  type SettledChunk,
  type SnapshotRecord,
  type TablePlan,
} from '../../snapshot/snapshot-records.ts';
import type { OpenChunk, SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { SessionOpener } from '../connection/session-opener.ts';
import type { Session } from '../connection/session.ts';
import type { Lsn } from '../lsn.ts';
import type { SourceConfig } from '../source-config.ts';
import { ChunkReader, type SmallTable } from './chunk-reader.ts';
import { SMALL_BYTES } from './plan-size.ts';
import type { PublishedParts } from './published-part.ts';
import { SnapshotHolder } from './snapshot-holder.ts';
import { SnapshotRows } from './snapshot-rows.ts';
import { tableName } from './table-name.ts';

export interface SnapshotShareParts {
  readonly task: number;
  readonly ledger: SnapshotLedger;
  /** What was handed over of chunks and may not have been read back yet. */
  readonly handed: Map<string, SettledChunk>;
  /** What the partitions of the run's records begin with. */
  readonly partition: SourcePartition;
  readonly config: SourceConfig;
  readonly opener: SessionOpener;
  /** For questions to the catalog of now. */
  readonly session: Session;
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  readonly emit: (batch: ChangeBatch) => Promise<void> | undefined;
  /** Called before something is read, with the tables that it is of; what is emitted then is a unit of its own. */
  readonly before?: (plans: readonly TablePlan[]) => Promise<void>;
  readonly log: TaskLog;
}

const SMALL_AT_ONCE = 100;

/** A task's part of a shared snapshot: the snapshots that it holds, and the chunks that are its own to read. */
export class SnapshotShare {
  readonly #parts: SnapshotShareParts;
  readonly #holders = new Map<number, SnapshotHolder>();
  #reader: { readonly run: string; readonly reader: ChunkReader } | undefined;

  constructor(parts: SnapshotShareParts) {
    this.#parts = parts;
  }

  /** The table that is being read, and rows of it that no offset covers yet; undefined: none is. */
  get current(): { readonly table: string; readonly rows: number } | undefined {
    const table = this.#table;
    return table === undefined ? undefined : { table, rows: this.#reader?.reader.pendingRows ?? 0 };
  }

  #table: string | undefined;

  /** What is left to read here, in order. */
  get open(): OpenChunk[] {
    const { ledger, task, handed } = this.#parts;
    return ledger.open(task).flatMap((open) => {
      const settled = handed.get(keyOf(open));
      if (settled === undefined) return open;
      return settled.upTo === null ? [] : { ...open, reached: settled };
    });
  }

  /**
   * Reads what is left, until there is nothing more or a snapshot is needed that nobody holds: answers its epoch. Throws what the
   * connection does; nothing of a chunk that broke off is kept.
   */
  async read(signal: AbortSignal): Promise<{ readonly lost: number } | undefined> {
    let tables: ReadonlyMap<string, CatalogTable> | undefined;
    for (let open = this.open; open.length > 0; open = this.open) {
      tables ??= new Map(this.#parts.catalog.tables.map((table) => [tableName(table), table]));
      for (let at = 0; at < open.length;) {
        signal.throwIfAborted();
        const chunk = open[at];
        // Planned anew meanwhile: the list is looked at again.
        if (chunk === undefined || !this.#isWanted(chunk)) break;
        if (this.#parts.ledger.isSettled(chunk)) {
          at += 1;
          continue;
        }
        const holder = await this.holder(chunk.plan.epoch);
        if (holder === undefined) return { lost: chunk.plan.epoch };
        const smalls = this.#smallOnes(open, at, tables);
        await this.#parts.before?.(smalls.length > 1 ? smalls.map((small) => small.open.plan) : [chunk.plan]);
        if (smalls.length > 1 && (await this.#readerOf().readTogether(holder, smalls))) at += smalls.length;
        else {
          await this.#readChunk(holder, chunk, tables.get(chunk.plan.table));
          at += 1;
        }
      }
    }
    return undefined;
  }

  /** The holder of an epoch's snapshot; undefined: nobody has it any more. */
  async holder(epoch: number): Promise<SnapshotHolder | undefined> {
    const known = this.#holders.get(epoch);
    if (known?.isLost === false) return known;
    this.#holders.delete(epoch);
    const { ledger } = this.#parts;
    const wanted = ledger.epoch(epoch);
    if (wanted === undefined) return undefined; // comes later
    for (const name of ledger.holders(epoch)) {
      const holder = await SnapshotHolder.open(await this.readingSession(), name, wanted.sees);
      if (holder === undefined) continue;
      this.hold(epoch, holder);
      // Another one may have it from here, should all others end.
      const { task } = this.#parts;
      await this.#parts.emit(this.batch([{ kind: 'holder', epoch, task, name: holder.name }]));
      return holder;
    }
    return undefined;
  }

  hold(epoch: number, holder: SnapshotHolder): void {
    this.#holders.set(epoch, holder);
  }

  /** A session for a snapshot and the reading by it. */
  readingSession(): Promise<Session> {
    const { opener, config } = this.#parts;
    return opener.sql({ row_security: 'off', lock_timeout: String(config.snapshotLockTimeoutMs) });
  }

  /** Records of the run as a batch of offsets alone. */
  batch(records: readonly SnapshotRecord[]): ChangeBatch {
    const { partition } = this.#parts;
    return { events: [], offsets: records.map((record) => encodeSnapshotRecord(partition, record)), bytes: 0 };
  }

  /** Lets go of all snapshots. */
  async close(): Promise<void> {
    const holders = [...this.#holders.values()];
    this.#holders.clear();
    for (const holder of holders) await holder.close();
  }

  /** A reader that waits for room would otherwise wait for ever. */
  destroy(): void {
    for (const { session } of this.#holders.values()) session.socket.destroy();
  }

  /** Its table has not been planned anew since. */
  #isWanted({ plan }: OpenChunk): boolean {
    return this.#parts.ledger.plan(plan.table) === plan;
  }

  /** The small tables that come next, as far as they are read by the same snapshot. */
  #smallOnes(open: readonly OpenChunk[], from: number, tables: ReadonlyMap<string, CatalogTable>): SmallTable[] {
    const epoch = open[from]?.plan.epoch;
    const smalls: SmallTable[] = [];
    for (const chunk of open.slice(from, from + SMALL_AT_ONCE)) {
      const { plan } = chunk;
      const table = tables.get(plan.table);
      const isSmall = plan.split === 'whole' && plan.bytes <= SMALL_BYTES && table?.kind === 'r';
      if (!isSmall || plan.epoch !== epoch || !this.#isWanted(chunk) || this.#parts.ledger.isSettled(chunk)) break;
      smalls.push({ open: chunk, table });
    }
    return smalls;
  }

  async #readChunk(holder: SnapshotHolder, open: OpenChunk, table: CatalogTable | undefined): Promise<void> {
    this.#table = open.plan.table;
    try {
      await this.#readerOf().read(holder, open, table);
    } finally {
      this.#table = undefined;
    }
  }

  /** One for all chunks of the run, whose rows have the run's origin. */
  #readerOf(): ChunkReader {
    const { ledger, config, session, catalog, rules, parts, emit, log, partition } = this.#parts;
    const run = ledger.run;
    if (run === undefined) throw new RangeError('a chunk without a run');
    const key = `${run.from} ${run.xid}`;
    if (this.#reader?.run === key) return this.#reader.reader;
    const from: Lsn = run.from;
    const rows = new SnapshotRows({ database: config.database, xid: run.xid, from });
    const reader = new ChunkReader(
      {
        catalogSession: session,
        catalog,
        rules,
        parts,
        rows,
        queries: config.selectOverrides,
        emit,
        isWanted: (open) => this.#isWanted(open),
        offsetOf: (chunk) => encodeSnapshotRecord(partition, { kind: 'chunk', chunk }),
        now: () => performance.now(),
        log,
      },
      (open, settled) => this.#parts.handed.set(keyOf(open), settled),
    );
    this.#reader = { run: key, reader };
    return reader;
  }
}

function keyOf({ plan, chunk }: OpenChunk): string {
  return `${plan.version} ${chunk} ${plan.table}`;
}
