import type { PostgresTransaction, RowChange } from '../../change-event.ts';
import type { RowImage } from '../../row-image.ts';
import { nameOf } from './recent-transactions.ts';
import { RowKey } from './row-key.ts';
import type { Sight } from './sight.ts';

export interface ChunkWindowParts {
  /** Name of the table, as `nameOf` gives it. */
  readonly table: string;
  /** Columns whose values tell rows apart, in chunks and in changes. */
  readonly key: readonly string[];
  /** Transactions that touched the table before the window was opened. */
  readonly before: readonly PostgresTransaction[];
  /** Bytes of keys that may be kept while the chunk is being read. */
  readonly limitBytes: number;
}

const KEY_BYTES = 100;

/**
 * The rows of one chunk between their reading and their place in the stream. It is opened before the chunk's snapshot is taken,
 * and from then on each change of the table that the snapshot does not see takes its row out, whichever comes first (algorithms, 8).
 */
export class ChunkWindow {
  readonly #parts: ChunkWindowParts;
  readonly #key: RowKey;
  readonly #rows = new Map<string, RowImage>();
  /** Keys of changes that the snapshot does not see, while rows are still being read. */
  readonly #gone = new Set<string>();
  #goneBytes = 0;
  /** Changes that came before the snapshot was known. */
  #early: { readonly transaction: PostgresTransaction; readonly keys: readonly string[] | undefined }[] = [];
  #sight: Sight | undefined;
  #isReading = true;
  #broken: string | undefined;

  constructor(parts: ChunkWindowParts) {
    this.#parts = parts;
    this.#key = new RowKey(parts.key);
  }

  /** Why the chunk has to be read again; undefined while it is good. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** The rows that no change has taken out, in the order in which they were read. */
  get rows(): Iterable<RowImage> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Changes as they are decoded. */
  saw(changes: readonly RowChange[]): void {
    let table: RowChange['table'] | undefined;
    let isOurs = false;
    for (const change of changes) {
      if (change.table !== table) {
        table = change.table;
        isOurs = nameOf(table) === this.#parts.table;
      }
      if (isOurs) this.#change(change);
    }
  }

  /** What the chunk's snapshot sees. A transaction in the stream that it does not see: what it would read is too old. */
  see(sight: Sight): void {
    this.#sight = sight;
    if (this.#parts.before.some((transaction) => !sight.sees(transaction)))
      this.break('a transaction that was delivered is not visible yet');
    for (const { transaction, keys } of this.#early) if (!sight.sees(transaction)) this.#remove(keys);
    this.#early = [];
  }

  add(key: string, row: RowImage): void {
    if (!this.#gone.has(key)) this.#rows.set(key, row);
  }

  /** All rows of the chunk are here. */
  read(): void {
    this.#isReading = false;
    this.#gone.clear();
  }

  /** The chunk is worth nothing any more. */
  break(reason: string): void {
    this.#broken ??= reason;
    this.#rows.clear();
    this.#gone.clear();
    this.#early = [];
  }

  #change(change: RowChange): void {
    if (this.#broken !== undefined) return;
    const { transaction } = change;
    if (this.#sight?.sees(transaction) === true) return;
    const keys = this.#key.ofChange(change);
    if (this.#sight !== undefined) this.#remove(keys);
    else if (this.#count(keys)) this.#early.push({ transaction, keys });
  }

  #remove(keys: readonly string[] | undefined): void {
    if (keys === undefined) {
      this.break('a change came whose row cannot be told');
      return;
    }
    for (const key of keys) {
      this.#rows.delete(key);
      if (this.#isReading) this.#gone.add(key);
    }
    if (this.#isReading) this.#count(keys);
  }

  #count(keys: readonly string[] | undefined): boolean {
    for (const key of keys ?? []) this.#goneBytes += KEY_BYTES + key.length;
    if (this.#goneBytes <= this.#parts.limitBytes) return true;
    this.break('too many changes of the table came while a chunk of it was read');
    return false;
  }
}
