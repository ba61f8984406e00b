import type { ChangeEvent, RowChange } from '../../change-event.ts';
import type { TableSchema } from '../../table-schema.ts';
import type { Lsn } from '../lsn.ts';
import { chunkEvents } from './chunk-events.ts';
import type { ChunkOutcome } from './chunk-reading.ts';
import type { ChunkWindow } from './chunk-window.ts';
import type { PreparedTable } from './prepared-table.ts';
import type { StreamFacts } from './stream-facts.ts';

/** A chunk that was read and waits for its place in the stream. */
export interface ReadyChunk {
  readonly window: ChunkWindow;
  readonly prepared: PreparedTable;
  readonly outcome: Extract<ChunkOutcome, { kind: 'read' }>;
  /** The table's plan in the stream when the chunk was read. */
  readonly plan: unknown;
  readonly stream: StreamFacts;
}

type End = 'handed over' | 'dropped';

const ASK_EVERY_MS = 100;
/** On an idle server the last pages of the log are written out when somebody makes it do so. */
const NUDGE_AFTER_ASKS = 10;

/** Where a chunk is between its reading and its place in the stream; there is one at a time. */
export class ChunkPlace {
  #window: ChunkWindow | undefined;
  #ready: (ReadyChunk & { readonly settled: PromiseWithResolvers<End> }) | undefined;

  /** A chunk is about to be read: from now on changes are held against it. */
  open(window: ChunkWindow): void {
    this.#window = window;
  }

  /** Rows that wait for their place; undefined: none do. */
  get waitingRows(): number | undefined {
    return this.#ready?.window.size;
  }

  /** Changes as they are decoded. */
  saw(changes: readonly RowChange[]): void {
    this.#window?.saw(changes);
    if (this.#ready?.window.broken !== undefined) this.#settle('dropped');
  }

  isDue(done: Lsn): boolean {
    return this.#ready !== undefined && done >= this.#ready.outcome.horizon;
  }

  /** The rows whose place is behind the changes before `done`, and what came of their reading. */
  take(done: Lsn): { readonly events: readonly ChangeEvent[]; readonly outcome: ReadyChunk['outcome'] } | undefined {
    const ready = this.#ready;
    if (ready === undefined || done < ready.outcome.horizon) return undefined;
    const { window, outcome, stream } = ready;
    if (isOutdated(ready)) {
      this.drop('the table was altered');
      return undefined;
    }
    const events = chunkEvents(window.rows, { schema: schemaOf(ready), done, cursor: stream.cursor });
    this.#settle('handed over');
    return { events, outcome };
  }

  /** The chunk is worth nothing any more. */
  drop(reason: string): void {
    this.#window?.break(reason);
    this.#settle('dropped');
  }

  /** Waits until the stream has come to where the chunk's rows may follow. `nudge`: makes an idle server write something. */
  async wait(ready: ReadyChunk, nudge: () => void): Promise<End> {
    const { window, stream } = ready;
    if (window.broken !== undefined) return 'dropped';
    const placed = { ...ready, settled: Promise.withResolvers<End>() };
    this.#ready = placed;
    let asks = 0;
    const ask = (): void => {
      asks += 1;
      stream.askPosition();
      if (!stream.isStandby && asks % NUDGE_AFTER_ASKS === 0) nudge();
    };
    stream.handOver();
    if (this.#ready === placed) ask();
    const timer = setInterval(ask, ASK_EVERY_MS);
    try {
      return await placed.settled.promise;
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    this.#window = undefined;
    this.#ready = undefined;
  }

  #settle(how: End): void {
    const ready = this.#ready;
    this.#ready = undefined;
    if (how === 'handed over') this.#window = undefined;
    ready?.settled.resolve(how);
  }
}

/** Whether the stream has another version of the table by now than the one that the chunk was read in. */
function isOutdated({ prepared, plan, stream }: ReadyChunk): boolean {
  const now = stream.relations.plan(prepared.table.oid);
  if (now === plan || now === null || now === undefined) return false;
  return JSON.stringify(now.schema) !== JSON.stringify(prepared.reading.schema);
}

/** The stream's own object where both say the same: the rows then share its compiled encoder. */
function schemaOf({ prepared, stream }: ReadyChunk): TableSchema {
  const own = prepared.reading.schema;
  const streamed = stream.relations.plan(prepared.table.oid)?.schema;
  return streamed !== undefined && JSON.stringify(streamed) === JSON.stringify(own) ? streamed : own;
}
