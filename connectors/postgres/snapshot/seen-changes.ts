import type { LogEvent, RowChange } from '../../change-event.ts';
import { fieldText, type RowImage } from '../../row-image.ts';
import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { TablePlan } from '../../snapshot/snapshot-records.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';
import { tableName } from './table-name.ts';
import { isVisible, parseVisibility, type Visibility } from './visibility.ts';

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
  /** All pieces have the same snapshot: which of them a row is in need not be known. */
  readonly isUniform: boolean;
}

type Value = bigint | string | Buffer;
type Key = readonly Value[];

/** Types whose texts compare here as their values do in the server; of others nothing is left out, and rows may come again. */
const INTEGERS = new Set(['int2', 'int4', 'int8', 'oid']);

/**
 * Leaves out of the stream what a chunk has shown already: chunks that were read by a later snapshot than the one the run began
 * with have rows as they were then, and the changes up to then would take them back (algorithms, parallel snapshot, 7). A change
 * that takes a row from one key to another is looked at for both.
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
      // Which rows a query of the operator's has shown cannot be told: all changes come.
      if (plan.split === 'query') continue;
      const pieces = piecesOf(ledger, plan);
      if (pieces.every(({ epoch }) => epoch === undefined)) continue;
      for (const { epoch } of pieces) if (epoch !== undefined && epoch.horizon > horizon) horizon = epoch.horizon;
      const isUniform = pieces.every(({ epoch }) => epoch?.number === pieces[0]?.epoch?.number);
      tables.set(plan.table, { plan, pieces, isUniform });
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
    if (table === null) return change;
    const { xid } = change.transaction;
    if (xid === null) return change;
    const isSeen = (row: RowImage): boolean => {
      const epoch = this.#epochOf(table, change.table, row);
      return epoch !== undefined && isVisible(xid, epoch.sees);
    };
    const { op, before, after } = change;
    if (op === 't') {
      const epoch = table.isUniform ? table.pieces[0]?.epoch : undefined;
      return epoch !== undefined && isVisible(xid, epoch.sees) ? undefined : change;
    }
    if (op === 'd') return before !== null && isSeen(before) ? undefined : change;
    if (after === null) return change;
    if (op === 'u' && before !== null && movesKey(table, change.table, { before, after })) {
      const [old, now] = [isSeen(before), isSeen(after)];
      if (old && now) return undefined;
      if (old) return { ...change, op: 'c', before: null, partialBefore: false };
      return now ? { ...change, op: 'd', after: null } : change;
    }
    return isSeen(after) ? undefined : change;
  }

  #tableOf(schema: TableSchema): Table | null {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const found = this.#tables.get(tableName({ schema: schema.schema ?? '', table: schema.table })) ?? null;
    this.#names.set(schema, found);
    return found;
  }

  /** By which snapshot a row was read; undefined: by the first one, or that cannot be told. */
  #epochOf({ plan, pieces, isUniform }: Table, schema: TableSchema, row: RowImage): LateEpoch | undefined {
    if (isUniform) return pieces[0]?.epoch;
    const key = keyOf(plan, schema, (column) => fieldText(row, column));
    if (key === undefined) return undefined;
    const columns = plan.key.map((name) => schema.columns.find((column) => column.name === name));
    const found = pieces.find(({ upTo }) => {
      const upper = upTo?.map((text, index) => comparable(plan, columns[index], text) ?? '');
      return upper === undefined || compare(key, upper) <= 0;
    });
    return found?.epoch;
  }
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

/** The values of the columns that chunks are divided by; undefined: one is not there, or does not compare here. */
function keyOf(
  plan: TablePlan,
  schema: TableSchema,
  textOf: (column: number) => string | null | undefined,
): Key | undefined {
  const values: Value[] = [];
  for (const name of plan.key) {
    const column = schema.columns.findIndex((known) => known.name === name);
    const text = column < 0 ? undefined : textOf(column);
    const value = typeof text === 'string' ? comparable(plan, schema.columns[column], text) : undefined;
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** A value of a key in a form whose order is the server's; undefined: there is none here. */
function comparable(
  { bytewise }: TablePlan,
  column: TableSchema['columns'][number] | undefined,
  text: string,
): Value | undefined {
  if (column === undefined) return undefined;
  const type = column.sourceType.name;
  if (INTEGERS.has(type)) return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  // In lower-case hexadecimal digits, which the server prints, the order of texts is that of the values.
  if (type === 'uuid') return text;
  return (type === 'text' || type === 'varchar') && bytewise.includes(column.name) ? Buffer.from(text) : undefined;
}

function compare(left: Key, right: Key): number {
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other === undefined) continue;
    const order = compareValues(value, other);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(left: Value, right: Value): number {
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return Buffer.compare(left, right);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
