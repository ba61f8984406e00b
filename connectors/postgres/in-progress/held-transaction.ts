import type { Spool } from './spool.ts';
import { SpoolFile, type SpooledMessage } from './spool-file.ts';

/**
 * What has come of one transaction whose end is not known. A rolled-back subtransaction takes back everything from its first change
 * on: whatever came behind that is its own or of its children, since subtransactions are nested (PostgreSQL does the same on a
 * subscriber, worker.c, stream_abort_internal).
 */
export class HeldTransaction {
  /** The message that says where it was made first; undefined: here. */
  origin: Buffer | undefined;
  readonly xid: number;
  readonly file: SpoolFile;
  readonly #spool: Spool;
  /** Where the first change of each subtransaction lies. */
  readonly #starts = new Map<number, number>();
  /** Subtransactions by that place. */
  readonly #order: number[] = [];
  #newest: number;

  constructor(xid: number, spool: Spool) {
    this.xid = xid;
    this.#newest = xid;
    this.#spool = spool;
    this.file = new SpoolFile(spool);
  }

  /** Whether nothing of it is left. */
  get isEmpty(): boolean {
    return this.file.size === 0;
  }

  /** `subtransaction`: whose change it is; the transaction's own id for none. */
  append(message: SpooledMessage, subtransaction: number): void {
    if (subtransaction !== this.#newest) this.#begin(subtransaction);
    this.file.append(message);
  }

  /** A block of it has ended. */
  flush(): void {
    this.file.flush();
  }

  /** The subtransaction was rolled back, perhaps before anything of it came. */
  abort(subtransaction: number): void {
    const start = this.#starts.get(subtransaction);
    if (start === undefined) return;
    let dropped = 0;
    for (let last = this.#order.at(-1); last !== undefined; last = this.#order.at(-1)) {
      if ((this.#starts.get(last) ?? 0) < start) break;
      this.#starts.delete(last);
      this.#order.pop();
      dropped += 1;
    }
    this.#spool.giveSubtransactions(dropped);
    this.#newest = this.xid;
    this.file.truncate(start);
  }

  close(): Promise<void> {
    this.#spool.giveSubtransactions(this.#order.length);
    this.#order.length = 0;
    this.#starts.clear();
    return this.file.close();
  }

  #begin(subtransaction: number): void {
    this.#newest = subtransaction;
    if (subtransaction === this.xid || this.#starts.has(subtransaction)) return;
    this.#spool.takeSubtransaction();
    this.#starts.set(subtransaction, this.file.size);
    this.#order.push(subtransaction);
  }
}
