import pg from 'pg';
import type { RowChange } from '../../change-event.ts';
import { mayNeedCuts, nextStep, type Reading } from '../../snapshot/reading-pace.ts';
import type { OpenChunk } from '../../snapshot/snapshot-ledger.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PlanRules } from '../catalog/plan-builder.ts';
import type { Session } from '../connection/session.ts';
import { readCopyRow } from '../decoder/copy-row.ts';
import { FieldArena } from '../decoder/field-arena.ts';
import { RowKey } from '../incremental/row-key.ts';
import type { SelectOverrides } from '../select-overrides.ts';
import { copyOut } from '../wire/copy-out.ts';
import type { ServerMessage } from '../wire/message-cutter.ts';
import { chunkCondition, chunkRange, type ChunkRange } from './chunk-condition.ts';
import { CopyPart } from './copy-part.ts';
import { named, ownCopy, ownQuery } from './own-query.ts';
import { BLOCK_BYTES } from './plan-size.ts';
import type { PublishedParts } from './published-part.ts';
import type { RowGroup, SnapshotRows } from './snapshot-rows.ts';
import { tableReading, type TableReading } from './snapshot-table.ts';

export interface ChunkCopyParts {
  readonly catalog: Catalog;
  readonly rules: PlanRules;
  readonly parts: PublishedParts;
  readonly rows: SnapshotRows;
  readonly queries: SelectOverrides;
  /** Takes rows, and how many bytes were read for them. A promise: go on when it settles. */
  readonly add: (rows: readonly RowChange[], bytes: number) => Promise<void> | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** The same as `add` with the last rows of a part of the chunk, which is to be committed. */
export type OnPart = (rows: readonly RowChange[], bytes: number, upTo: readonly string[]) => Promise<void> | undefined;

/** The rows of a table that is one small chunk, and how many bytes they came as. A promise: read on when it settles. */
export type OnSmall = (open: OpenChunk, rows: readonly RowChange[], bytes: number) => Promise<void> | undefined;

/** A table and how it is read. */
interface CopiedTable {
  readonly session: Session;
  readonly open: OpenChunk;
  readonly table: CatalogTable;
  readonly reading: TableReading;
  readonly onPart: OnPart;
}

const FIRST_STEP_PAGES = 128;
const LEAST_STEP_PAGES = 16;

/**
 * Reads the rows of chunks: each whole, or in parts that are committed one by one where it takes long. Each row of a chunk is
 * given once, and a part ends where the rows that were given are all those up to a key, or on the pages before one.
 */
export class ChunkCopy {
  readonly #parts: ChunkCopyParts;
  readonly #arena = new FieldArena();
  /** The last whole chunk. */
  #last: Reading | undefined;
  #stepPages = FIRST_STEP_PAGES;
  readonly #part: CopyPart;

  constructor(parts: ChunkCopyParts) {
    this.#parts = parts;
    this.#part = new CopyPart(parts.now);
  }

  async read(
    session: Session,
    { open, table }: { readonly open: OpenChunk; readonly table: CatalogTable },
    onPart: OnPart,
  ): Promise<void> {
    const { catalog, rules, parts, rows, queries, now } = this.#parts;
    const { plan, reached } = open;
    const { types } = catalog.types;
    const reading = tableReading({ table, types, parts }, rules);
    const { schema } = reading;
    rows.begin({ table: schema, timeMicros: BigInt(Date.now()) * 1000n, ...marksOf(open) });
    this.#part.end();
    const beganMs = now();
    const copied = { session, open, table, reading, onPart };
    const query = plan.query ?? ownQuery(queries, table);
    if (query !== undefined) {
      const statement = await ownCopy(session, { query, table, schema, types });
      await named(`${table.schema}.${table.table}`, () => this.#copy(copied, statement));
    } else if (plan.split === 'pages') await this.#readPages(copied);
    else await this.#readRange(copied);
    const bytes = plan.bytes / (plan.boundaries.length + 1);
    if (reached === undefined) this.#last = { ms: now() - beganMs, bytes };
  }

  /**
   * Tables that are one small chunk each, all in one message to the server: for them the way there and back takes longer than the
   * reading.
   */
  async readSmall(
    session: Session,
    tables: readonly { readonly open: OpenChunk; readonly table: CatalogTable }[],
    onSmall: OnSmall,
  ): Promise<void> {
    const { catalog, rules, parts, rows } = this.#parts;
    if (tables.length === 0) return;
    const { types } = catalog.types;
    const readings = tables.map(({ open, table }) => ({ open, ...tableReading({ table, types, parts }, rules) }));
    const waits: Promise<void>[] = [];
    let at = 0;
    let bytes = 0;
    const begin = (): void => {
      const next = readings[at];
      if (next === undefined) return;
      bytes = 0;
      rows.begin({ table: next.schema, timeMicros: BigInt(Date.now()) * 1000n, ...marksOf(next.open) });
    };
    begin();
    const statements = readings.map((reading) => reading.copy(null));
    await copyOut(session, statements, {
      row: (line) => {
        bytes += line.end - line.start;
        this.#addRow(line, readings[at]?.schema.columns.length ?? 0);
      },
      statementEnd: () => {
        const ended = readings[at];
        if (ended === undefined) return;
        const wait = onSmall(ended.open, rows.take(true), bytes);
        if (wait !== undefined) waits.push(wait);
        at += 1;
        begin();
      },
      chunkEnd: () => (waits.length === 0 ? undefined : Promise.all(waits.splice(0)).then(() => undefined)),
    });
  }

  #addRow(line: ServerMessage, width: number): void {
    const base = this.#arena.reserve(2 * width);
    const { fields } = this.#arena;
    readCopyRow(line, fields, { base, width });
    this.#parts.rows.add({ bytes: line.bytes, fields, at: base });
  }

  /** By its key: where it may take long in the order of that, so that it can be cut at any row. */
  #readRange(copied: CopiedTable): Promise<void> {
    const { open, reading } = copied;
    const { plan, chunk, reached } = open;
    const condition = this.#condition(copied, chunkRange(plan, chunk, reached?.upTo));
    const hasKey =
      plan.key.length > 0 && plan.key.every((name) => reading.schema.columns.some((column) => column.name === name));
    const isOrdered = hasKey && mayNeedCuts(plan.bytes / (plan.boundaries.length + 1), this.#last);
    if (!isOrdered) return this.#copy(copied, reading.copy(condition));
    return this.#copyOrdered(copied, reading.copy(condition, plan.key), new RowKey(plan.key));
  }

  /** So many pages at a time, since rows have no order to be cut in. */
  async #readPages(copied: CopiedTable): Promise<void> {
    const { open, reading, onPart } = copied;
    const { rows, now } = this.#parts;
    const { plan, chunk, reached } = open;
    const range = chunkRange(plan, chunk, reached?.upTo);
    // All chunks but the last one are of so many pages, and that one of no more.
    const pages = Number(plan.boundaries[0]?.[0] ?? Math.ceil(plan.bytes / BLOCK_BYTES));
    const end = Number(plan.boundaries[chunk - 1]?.[0] ?? 0) + pages;
    for (let at = Number(range.lower?.[0] ?? 0); ;) {
      const next = at + Math.min(this.#stepPages, pages);
      const lower = at === 0 ? undefined : [String(at)];
      const upper = next < end ? [String(next)] : range.upper;
      const beganMs = now();
      await this.#copy(copied, reading.copy(this.#condition(copied, { lower, upper })));
      const limits = { least: LEAST_STEP_PAGES, most: Math.max(pages, FIRST_STEP_PAGES) };
      this.#stepPages = nextStep(this.#stepPages, now() - beganMs, limits);
      if (next >= end) return;
      at = next;
      if (!this.#part.isCutDue) continue;
      this.#part.end();
      await onPart(rows.takeHeld(), 0, [String(at)]);
    }
  }

  async #copy({ session, reading }: CopiedTable, statement: string): Promise<void> {
    const { rows, add } = this.#parts;
    await copyOut(session, statement, {
      row: (line) => this.#addRow(line, reading.schema.columns.length),
      chunkEnd: (bytes) => {
        this.#part.add(bytes);
        return add(rows.take(), bytes);
      },
    });
  }

  /** Rows that come in the order of a key, and are cut where it takes long, also while the server says nothing. */
  async #copyOrdered({ session, reading, onPart }: CopiedTable, statement: string, key: RowKey): Promise<void> {
    const { rows, add } = this.#parts;
    const { schema } = reading;
    const part = this.#part;
    /** The rows of the part that were given are all those up to this key. */
    let upTo: readonly string[] | undefined;
    let stalled: Promise<void> | undefined;
    const cut = (given: readonly RowChange[], bytes: number, reached: readonly string[]): Promise<void> | undefined => {
      upTo = undefined;
      part.end();
      return onPart(given, bytes, reached);
    };
    const onDue = (): void => {
      if (upTo === undefined) return;
      stalled = cut([], 0, upTo);
      // Whoever reads on waits for it, and hears of it.
      stalled?.catch(() => undefined);
    };
    const chunkEnd = (bytes: number): Promise<void> | undefined => {
      part.add(bytes);
      // All but the newest row, which is the first of the next part.
      const given = rows.take();
      const last = given.at(-1)?.after;
      if (last != null) upTo = key.values(schema, last);
      const room = upTo !== undefined && part.isCutDue ? cut(given, bytes, upTo) : add(given, bytes);
      if (stalled === undefined) return room;
      const both = Promise.all([stalled, room]).then(() => undefined);
      stalled = undefined;
      return both;
    };
    await part.watch(onDue, () =>
      copyOut(session, statement, { row: (line) => this.#addRow(line, schema.columns.length), chunkEnd }),
    );
  }

  #condition({ open, table }: CopiedTable, range: ChunkRange): string | null {
    const { types } = this.#parts.catalog.types;
    return chunkCondition(open.plan, range, (column) => {
      const type = types.get(table.columns.find(({ name }) => name === column)?.typeOid ?? 0);
      return `pg_catalog.${pg.escapeIdentifier(type?.name ?? 'text')}`;
    });
  }
}

/** What the first and the last row of a chunk are the first and last of. */
function marksOf({ plan, chunk, reached }: OpenChunk): Pick<RowGroup, 'first' | 'last'> {
  const isFirst = chunk === 0 && reached === undefined;
  const isLast = chunk === plan.boundaries.length;
  return {
    first: !isFirst ? null : plan.first ? 'all' : 'table',
    last: !isLast ? null : plan.last ? 'all' : 'table',
  };
}
