import type { Lsn } from '../lsn.ts';

interface Prepared {
  /** Start of the PREPARE record. */
  readonly lsn: Lsn;
  /** End of the COMMIT PREPARED record; undefined: still to come. */
  end: Lsn | undefined;
}

/**
 * What the server must not be told to forget although it is delivered: it sends a prepared transaction again only as long as the slot
 * has not passed its PREPARE, and its COMMIT PREPARED alone says nothing of the changes (docs/decisions/0005-in-progress-transactions.md).
 */
export class PreparedPositions {
  readonly #prepared = new Map<number, Prepared>();
  #heard: Lsn;

  /** `from`: where the session begins. */
  constructor(from: Lsn) {
    this.#heard = from;
  }

  /** Everything before `lsn` has been sent in this session: a transaction prepared there that was not kept is none of ours any more. */
  heard(lsn: Lsn): void {
    if (lsn > this.#heard) this.#heard = lsn;
  }

  prepared(xid: number, lsn: Lsn): void {
    this.#prepared.set(xid, { lsn, end: undefined });
  }

  committed(xid: number, end: Lsn): void {
    const prepared = this.#prepared.get(xid);
    if (prepared !== undefined) prepared.end = end;
  }

  rolledBack(xid: number): void {
    this.#prepared.delete(xid);
  }

  /** Up to where the slot may move when everything before `durable` is in Kafka. */
  confirmable(durable: Lsn): Lsn {
    let least = durable < this.#heard ? durable : this.#heard;
    for (const [xid, { lsn, end }] of this.#prepared) {
      if (end !== undefined && durable >= end) this.#prepared.delete(xid);
      else if (lsn < least) least = lsn;
    }
    return least;
  }
}
