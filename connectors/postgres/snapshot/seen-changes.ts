import type { LogEvent, RowChange } from '../../change-event.ts';
import { fieldText, type RowImage } from '../../row-image.ts';
import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';
import { boundaryKey, comparePieceKeys, keyColumns, pieceKey } from './piece-key.ts';
import { tableName } from './table-name.ts';
import { isVisible, mayBeVisible, parseVisibility, type Visibility } from './visibility.ts';

/** A snapshot later than the start of streaming. */
interface LateEpoch {
  readonly number: number;
  readonly sees: Visibility;
  readonly horizon: Lsn;
}

/** Rows of a table that were read by one snapshot. */
interface Piece {
  /** They are not above this key, and above that of the piece before; undefined: without end. */
  readonly upTo: readonly string[] | undefined;
  /** Undefined: read by the snapshot that the run began with, behind which all changes come. */
  readonly epoch: LateEpoch | undefined;
}

/** One table: its pieces in their order. */
interface Table {
  readonly plan: TablePlan;
  readonly pieces: readonly Piece[];
  /** The later snapshots among them. */
  readonly late: readonly LateEpoch[];
  /**
   * Which piece a row is in: `any`, all have the same snapshot; `unknown`, there is no key, or a query of the operator's has said
   * which rows are shown.
   */
  readonly place: 'any' | 'by key' | 'unknown';
}

/** Whether a chunk has shown what a change did to a row; `untold`: perhaps. */
type Seen = 'shown' | 'new' | 'untold';

/**
 * Leaves out of the stream what a chunk has shown already: chunks that were read by a later snapshot than the one the run began
 * with have rows as they were then, and the changes up to then would take them back (algorithms, parallel snapshot, 7). A change
 * that takes a row from one key to another is looked at for both. Where it cannot be told, the change comes and says that it may
 * have been seen (8).
 */
export class SeenChanges {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #horizon: Lsn;
  readonly #names = new WeakMap<TableSchema, Table | null>();

  private constructor(tables: ReadonlyMap<string, Table>, horizon: Lsn) {
    this.#tables = tables;
    this.#horizon = horizon;
  }

  /** Undefined: no chunk was read by a later snapshot. */
  static of(ledger: SnapshotLedger): SeenChanges | undefined {
    const tables = new Map<string, Table>();
    let horizon = 0n;
    for (const plan of ledger.plans) {
      const pieces = piecesOf(ledger, plan);
      const late = pieces.flatMap(({ epoch }) => epoch ?? []);
      if (late.length === 0) continue;
      for (const epoch of late) if (epoch.horizon > horizon) horizon = epoch.horizon;
      const byNumber = new Map(late.map((epoch) => [epoch.number, epoch]));
      tables.set(plan.table, { plan, pieces, late: [...byNumber.values()], place: placeOf(plan, pieces) });
    }
    return tables.size === 0 ? undefined : new SeenChanges(tables, horizon);
  }

  /** Whether anything before this position may have been seen; after it there is nothing to leave out any more. */
  reaches(done: Lsn): boolean {
    return done < this.#horizon;
  }

  /** What consumers have not seen of these changes. */
  unseen(changes: readonly LogEvent[]): LogEvent[] {
    return changes.flatMap((change) => {
      if (change.kind === 'row') return this.#unseen(change) ?? [];
      if (change.kind !== 'delivered' || change.event.kind !== 'row') return change;
      const event = this.#unseen(change.event);
      return event === undefined ? [] : { kind: 'delivered' as const, event };
    });
  }

  #unseen(change: RowChange): RowChange | undefined {
    const table = this.#tableOf(change.table);
    const { xid } = change.transaction;
    if (table === null || xid === null) return change;
    const { op, before, after } = change;
    const seen = (row: RowImage): Seen => seenRow(table, change.table, row, xid);
    if (op === 't') return leftOf(change, table.place === 'by key' ? 'new' : seenByAll(table, xid));
    if (op === 'u' && before !== null && after !== null && movesKey(table, change.table, { before, after }))
      return leftOfMove(change, seen(before), seen(after));
    const row = op === 'd' ? before : after;
    return row === null ? change : leftOf(change, seen(row));
  }

  #tableOf(schema: TableSchema): Table | null {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const found = this.#tables.get(tableName({ schema: schema.schema ?? '', table: schema.table })) ?? null;
    this.#names.set(schema, found);
    return found;
  }
}

function seenRow(table: Table, schema: TableSchema, row: RowImage, xid: number): Seen {
  if (table.place !== 'by key') return seenByAll(table, xid);
  const key = pieceKey(table.plan, schema, (column) => fieldText(row, column));
  if (key === undefined) return perhaps(table, xid);
  const columns = keyColumns(table.plan, schema);
  const piece = table.pieces.find(
    ({ upTo }) => upTo === undefined || comparePieceKeys(key, boundaryKey(table.plan, columns, upTo)) <= 0,
  );
  return seenBy(piece?.epoch, xid);
}

/** Where it does not matter, or is not known, which piece a row is in. */
function seenByAll(table: Table, xid: number): Seen {
  return table.place === 'any' ? seenBy(table.pieces[0]?.epoch, xid) : perhaps(table, xid);
}

function perhaps({ late }: Table, xid: number): Seen {
  return late.some(({ sees }) => mayBeVisible(xid, sees)) ? 'untold' : 'new';
}

function seenBy(epoch: LateEpoch | undefined, xid: number): Seen {
  if (epoch === undefined || !mayBeVisible(xid, epoch.sees)) return 'new';
  return isVisible(xid, epoch.sees) ? 'shown' : 'untold';
}

/** What is to come of a change. */
function leftOf(change: RowChange, seen: Seen): RowChange | undefined {
  if (seen === 'shown') return undefined;
  return seen === 'untold' ? { ...change, mayRepeat: true } : change;
}

/** The same of one that takes a row from one key to another. */
function leftOfMove(change: RowChange, old: Seen, now: Seen): RowChange | undefined {
  if (old === 'shown' && now === 'shown') return undefined;
  if (old === 'shown') return leftOf({ ...change, op: 'c', before: null, partialBefore: false }, now);
  if (now === 'shown') return leftOf({ ...change, op: 'd', after: null }, old);
  return leftOf(change, old === 'untold' ? old : now);
}

function placeOf({ split, key }: TablePlan, pieces: readonly Piece[]): Table['place'] {
  if (split === 'query') return 'unknown';
  if (pieces.every(({ epoch }) => epoch?.number === pieces[0]?.epoch?.number)) return 'any';
  return key.length === 0 ? 'unknown' : 'by key';
}

/** What was read of a table, chunk by chunk, and of each the parts that earlier snapshots were used for first. */
function piecesOf(ledger: SnapshotLedger, plan: TablePlan): Piece[] {
  const chunks = new Map(ledger.settled(plan).map((settled) => [settled.chunk, settled]));
  const pieces: Piece[] = [];
  for (let chunk = 0; chunk <= plan.boundaries.length; chunk += 1) {
    const settled = chunks.get(chunk);
    for (const { epoch, upTo } of settled?.earlier ?? []) pieces.push({ upTo, epoch: lateEpoch(ledger, epoch) });
    const epoch = settled === undefined ? undefined : lateEpoch(ledger, settled.epoch);
    pieces.push({ upTo: plan.boundaries[chunk], epoch });
  }
  return pieces;
}

function lateEpoch(ledger: SnapshotLedger, number: number): LateEpoch | undefined {
  const epoch = ledger.epoch(number);
  const sees = epoch?.late === true ? parseVisibility(epoch.sees) : undefined;
  return epoch === undefined || sees === undefined ? undefined : { number, sees, horizon: epoch.horizon };
}

function movesKey(
  { plan }: Table,
  schema: TableSchema,
  { before, after }: { before: RowImage; after: RowImage },
): boolean {
  return plan.key.some((name) => {
    const column = schema.columns.findIndex((known) => known.name === name);
    if (column < 0) return false;
    const old = fieldText(before, column);
    return old !== undefined && old !== fieldText(after, column);
  });
}
