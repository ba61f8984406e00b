import type { TransactionMark } from '../../connectors/change-event.ts';
import { jsonString } from '../json/json-text.ts';
import { floorMillis } from './source-block.ts';

/** How many events one table (or the logical messages) has had in a transaction. */
export class CollectionCount {
  readonly name: string;
  events = 0;
  /** The transaction that `events` is about. */
  transaction = 0;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Counts the events of each transaction, in order, for `provide.transaction.metadata`. What was delivered in an earlier life of the
 * task is counted anew, so that the numbers are right however often a transaction was interrupted.
 */
export class Transactions {
  readonly #collections = new Map<string, CollectionCount>();
  #counted: CollectionCount[] = [];
  #number = 0;
  /** Events of the transaction so far. */
  total = 0;

  /** One object for one name, so that rows need not look it up. */
  collection(name: string): CollectionCount {
    const known = this.#collections.get(name) ?? new CollectionCount(name);
    this.#collections.set(name, known);
    return known;
  }

  begin(): void {
    this.#number += 1;
    this.#counted = [];
    this.total = 0;
  }

  /** Counts an event; its places are then `total` and the collection's `events`. */
  count(collection: CollectionCount): void {
    if (collection.transaction !== this.#number) {
      collection.transaction = this.#number;
      collection.events = 0;
      this.#counted.push(collection);
    }
    collection.events += 1;
    this.total += 1;
  }

  /** The transaction block of the event counted last, as JSON. */
  block(id: string, { events }: CollectionCount): string {
    return `{"id":"${id}","total_order":${this.total},"data_collection_order":${events}}`;
  }

  /** The value of a begin's or an end's record, as JSON. Collections in the order of their first events. */
  valueJson(mark: TransactionMark, id: string): string {
    const tables = this.#counted.map(
      ({ name, events }) => `{"data_collection":${jsonString(name)},"event_count":${events}}`,
    );
    const counts =
      mark.mark === 'begin'
        ? '"event_count":null,"data_collections":null'
        : `"event_count":${this.total},"data_collections":[${tables.join(',')}]`;
    const millis = floorMillis(mark.transaction.timeMicros);
    return `{"status":"${mark.mark === 'begin' ? 'BEGIN' : 'END'}","id":"${id}",${counts},"ts_ms":${millis}}`;
  }
}

/** Debezium's name of a transaction at a place of it: `xid:lsn`. */
export function transactionId({ transaction, positionHigh, positionLow }: PlaceInTransaction): string {
  return `${String(transaction.xid)}:${(BigInt(positionHigh) << 32n) | BigInt(positionLow)}`;
}

type PlaceInTransaction = Pick<TransactionMark, 'transaction' | 'positionHigh' | 'positionLow'>;
