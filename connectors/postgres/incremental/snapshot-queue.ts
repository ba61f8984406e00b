import { z } from 'zod';
import type { ChangeBatch, SourceOffset, SourcePartition } from '../../change-batch.ts';
import { matchesTable } from './requested-tables.ts';
import { plainName, queuedTable, snapshotRequest, type QueuedTable, type SnapshotRequest } from './snapshot-request.ts';

/** The table that is being read, and how far that has come. */
export interface CurrentTable {
  /** Id of the signal that asked for it. */
  readonly request: string;
  readonly table: QueuedTable;
  /** Key of the last row that was read; null: none was. */
  readonly last: readonly string[] | null;
  /** Rows behind this key come as changes; null: not asked for yet. */
  readonly maximum: readonly string[] | null;
  readonly rows: number;
}

/** Member of the partitions under which all this is stored; Debezium looks at `server` alone and does not see them. */
export const INCREMENTAL_PARTITION = 'millrace.incremental';
const MOST_BYTES = 512 * 1024;

const texts = z.array(z.string());
const queueRecord = z.object({
  'millrace.version': z.coerce.number(),
  'millrace.paused': z.boolean(),
  'millrace.request': z.string().nullable(),
  'millrace.tables': z.string(),
  'millrace.requests': z.string(),
});
const positionRecord = z.object({
  'millrace.version': z.coerce.number(),
  'millrace.table': z.coerce.number(),
  'millrace.last': z.string().nullable(),
  'millrace.maximum': z.string().nullable(),
  'millrace.rows': z.coerce.number(),
  'millrace.order': z.string().nullable(),
});

/**
 * What incremental snapshots have to read, and how far they have come: requests that wait, the tables of the one under way, and
 * the place in the table that is being read. Every change of it is stored: the queue when it changes, the place with each chunk.
 */
export class SnapshotQueue {
  readonly #server: string;
  #version = 0;
  #isPaused = false;
  #requests: SnapshotRequest[] = [];
  /** Id of the request that `#tables` come from. */
  #request: string | null = null;
  #tables: QueuedTable[] = [];
  #index = 0;
  #last: readonly string[] | null = null;
  #maximum: readonly string[] | null = null;
  #rows = 0;
  /** JSON text of what `readBy` was told. */
  #order: string | null = null;
  #isQueueDirty = false;
  #isPositionDirty = false;

  constructor(server: string) {
    this.#server = server;
  }

  static partitions(server: string): { readonly queue: SourcePartition; readonly position: SourcePartition } {
    return {
      queue: { server, [INCREMENTAL_PARTITION]: 'queue' },
      position: { server, [INCREMENTAL_PARTITION]: 'position' },
    };
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether there is anything left to read. */
  get isEmpty(): boolean {
    return this.#request === null && this.#requests.length === 0;
  }

  /** Requests whose tables have still to be found. */
  get waiting(): number {
    return this.#requests.length;
  }

  /** The request whose tables have to be found next; undefined while those of another are being read. */
  get nextRequest(): SnapshotRequest | undefined {
    return this.#request === null ? this.#requests[0] : undefined;
  }

  get current(): CurrentTable | undefined {
    const table = this.#tables[this.#index];
    if (this.#request === null || table === undefined) return undefined;
    return { request: this.#request, table, last: this.#last, maximum: this.#maximum, rows: this.#rows };
  }

  /** Tables of the request under way that are not done. */
  get names(): string[] {
    return this.#tables.slice(this.#index).map(plainName);
  }

  /** Takes up what an earlier life of the task has stored; what cannot be read throws a ZodError or SyntaxError. */
  restore(queue: SourceOffset | undefined, position: SourceOffset | undefined): void {
    if (queue === undefined) return;
    const stored = queueRecord.parse(plain(queue));
    this.#version = stored['millrace.version'];
    this.#isPaused = stored['millrace.paused'];
    this.#request = stored['millrace.request'];
    this.#tables = z.array(queuedTable).parse(JSON.parse(stored['millrace.tables']));
    this.#requests = z.array(snapshotRequest).parse(JSON.parse(stored['millrace.requests']));
    if (position === undefined) return;
    const place = positionRecord.parse(plain(position));
    // Written for another list of tables: the queue has changed since, and with it the place was set to its beginning.
    if (place['millrace.version'] !== this.#version) return;
    this.#index = place['millrace.table'];
    this.#last = listOf(place['millrace.last']);
    this.#maximum = listOf(place['millrace.maximum']);
    this.#rows = place['millrace.rows'];
    this.#order = place['millrace.order'];
  }

  /** False: too many requests wait already. */
  add(request: SnapshotRequest): boolean {
    const waiting = JSON.stringify([...this.#requests, request, this.#tables]);
    if (Buffer.byteLength(waiting) > MOST_BYTES) return false;
    this.#requests.push(request);
    this.#isQueueDirty = true;
    return true;
  }

  /** The tables of the next request are known. */
  begin(tables: readonly QueuedTable[]): void {
    const request = this.#requests.shift();
    if (request === undefined) return;
    this.#request = request.id;
    this.#setTables([...tables]);
    if (tables.length === 0) this.#finishRequest();
  }

  /**
   * Says by which columns, and of which types, the current table is read. Keys that were stored for others mean nothing: then it
   * begins anew.
   */
  readBy(order: readonly string[]): void {
    const text = JSON.stringify(order);
    if (this.#order !== null && this.#order !== text) this.#startTable();
    this.#order = text;
  }

  /** Says up to which key the current table is to be read. */
  bound(maximum: readonly string[]): void {
    this.#maximum = maximum;
  }

  /** A chunk of the current table is being handed over: its last key, and how many rows of it. */
  advance(last: readonly string[] | null, rows: number): void {
    this.#last = last ?? this.#last;
    this.#rows += rows;
    this.#isPositionDirty = true;
  }

  /** The current table is done, for good or because it cannot be read. True: with it the request is. */
  finishTable(): boolean {
    this.#index += 1;
    this.#startTable();
    if (this.#index < this.#tables.length) return false;
    this.#finishRequest();
    return true;
  }

  pause(isPaused: boolean): void {
    this.#isQueueDirty ||= this.#isPaused !== isPaused;
    this.#isPaused = isPaused;
  }

  /** Takes tables out (null: everything); answers their names, and whether the one being read is among them. */
  stop(entries: readonly string[] | null): { readonly stopped: readonly string[]; readonly current: boolean } {
    const isMeant = (table: QueuedTable): boolean => entries?.some((entry) => matchesTable(entry, table)) !== false;
    const left = this.#tables.slice(this.#index);
    const stopped = left.filter(isMeant);
    const [current] = left;
    const hitsCurrent = current !== undefined && isMeant(current);
    const requests = entries === null ? [] : this.#requests.flatMap((request) => without(request, entries) ?? []);
    const names = [
      ...stopped.map(plainName),
      ...this.#requests.flatMap(({ collections }) => collections.filter((entry) => entries?.includes(entry) !== false)),
    ];
    if (names.length === 0) return { stopped: [], current: false };
    this.#requests = requests;
    this.#isQueueDirty = true;
    if (stopped.length > 0) {
      const order = this.#order;
      const place = hitsCurrent ? undefined : { last: this.#last, maximum: this.#maximum, rows: this.#rows };
      this.#setTables(left.filter((table) => !isMeant(table)));
      if (place !== undefined) {
        this.#place(place);
        this.#order = order;
      }
      if (this.#tables.length === 0) this.#finishRequest();
    }
    if (entries === null) this.#isPaused = false;
    return { stopped: names, current: hitsCurrent };
  }

  /** What is to be stored since the last call, in the transaction of what it goes with. */
  takeOffsets(): ChangeBatch['offsets'] {
    const { queue, position } = SnapshotQueue.partitions(this.#server);
    const offsets: ChangeBatch['offsets'][number][] = [];
    if (this.#isQueueDirty) offsets.push({ partition: queue, offset: this.#queueOffset() });
    if (this.#isPositionDirty) offsets.push({ partition: position, offset: this.#positionOffset() });
    this.#isQueueDirty = this.#isPositionDirty = false;
    return offsets;
  }

  /** Whether there is something to store. */
  get isDirty(): boolean {
    return this.#isQueueDirty || this.#isPositionDirty;
  }

  #place({ last, maximum, rows }: Pick<CurrentTable, 'last' | 'maximum' | 'rows'>): void {
    this.#last = last;
    this.#maximum = maximum;
    this.#rows = rows;
    this.#isPositionDirty = true;
  }

  #setTables(tables: QueuedTable[]): void {
    this.#version += 1;
    this.#tables = tables;
    this.#index = 0;
    this.#startTable();
    this.#isQueueDirty = true;
  }

  #startTable(): void {
    this.#order = null;
    this.#place({ last: null, maximum: null, rows: 0 });
  }

  #finishRequest(): void {
    this.#request = null;
    this.#setTables([]);
  }

  #queueOffset(): SourceOffset | null {
    if (this.isEmpty && !this.#isPaused) return null;
    return {
      'millrace.version': this.#version,
      'millrace.paused': this.#isPaused,
      'millrace.request': this.#request,
      'millrace.tables': JSON.stringify(this.#tables),
      'millrace.requests': JSON.stringify(this.#requests),
    };
  }

  #positionOffset(): SourceOffset | null {
    if (this.#request === null) return null;
    return {
      'millrace.version': this.#version,
      'millrace.table': this.#index,
      'millrace.last': this.#last === null ? null : JSON.stringify(this.#last),
      'millrace.maximum': this.#maximum === null ? null : JSON.stringify(this.#maximum),
      'millrace.rows': this.#rows,
      'millrace.order': this.#order,
    };
  }
}

/** What is left of a request without the entries that a stop names. */
function without(request: SnapshotRequest, entries: readonly string[]): SnapshotRequest | undefined {
  const collections = request.collections.filter((entry) => !entries.includes(entry));
  return collections.length === 0 ? undefined : { ...request, collections };
}

function listOf(text: string | null): readonly string[] | null {
  return text === null ? null : texts.parse(JSON.parse(text));
}

/** 64-bit integers of the store as texts, which zod then makes the numbers that these are. */
function plain(offset: SourceOffset): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(offset).map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : value]),
  );
}
