/** Rows of one table, named as in Debezium's metrics: `schema.table`. */
export interface TableRows {
  readonly table: string;
  readonly rows: number;
}

/** How far consumers were prepared for what is to come: a number of tables each. */
export interface SchemaProgress {
  readonly tables: number;
  /** Whose topics are there. */
  readonly topics: number;
  /** Whose definitions were handed over. */
  readonly definitions: number;
}

/** How far the reading of what was there before the changes has come. */
export interface SnapshotProgress {
  readonly state: 'running' | 'completed' | 'aborted';
  readonly rows: number;
  /** The same by table, of a bounded number of tables: the first ones. */
  readonly rowsByTable: readonly TableRows[];
  readonly tablesDone: number;
  readonly tables: number;
  /** Of the source, about: behind what was read, and behind all that is to be read. */
  readonly bytesDone: number;
  readonly bytes: number;
  /** Since the snapshot began, or was gone on with, here. */
  readonly rowsPerSecond: number;
  /** When it will have ended at the pace so far; null: it has, or nothing can be said yet. */
  readonly estimatedEndMs: number | null;
  /** Epoch milliseconds. */
  readonly startedMs: number;
  readonly endedMs: number | null;
}

/** A chunk of a table that is read while changes stream; keys are texts, values separated by commas; null: from the first row on. */
export interface ChunkProgress {
  /** Number of the chunk, from 1, since the reading of the table was begun or gone on with here. */
  readonly id: number;
  /** Its rows lie above this key. */
  readonly from: string | null;
  /** And not above this one; null: it is being read. */
  readonly to: string | null;
  /** Where the reading of the table began here. */
  readonly tableFrom: string | null;
  /** Up to where the table is to be read; null: not known yet. */
  readonly tableTo: string | null;
  /** Rows that wait for their place among the changes, those taken out by changes not counted; null: none do. */
  readonly waitingRows: number | null;
}

/** What was asked to be read while changes stream. */
export interface IncrementalProgress {
  readonly state: 'running' | 'paused';
  /** Id of the signal that asked for what is being read; null: nothing is yet. */
  readonly signal: string | null;
  /** Further requests that wait. */
  readonly requestsWaiting: number;
  /** Tables of the request that are not done. */
  readonly tables: number;
  /** The one that is being read. */
  readonly table: string | null;
  /** Rows of it that were read. */
  readonly rows: number;
  readonly chunk: ChunkProgress | null;
}

/** Another place that the source keeps its log for. */
export interface OtherSlot {
  readonly name: string;
  readonly database: string | null;
  readonly active: boolean;
  readonly retainedBytes: number | null;
  /** In the source's words; PostgreSQL: wal_status. */
  readonly status: string | null;
}

/** Why the source has to keep its log for a slot. */
export interface SlotHold {
  /** Of the source: an open or a prepared transaction; Kafka; or the task itself. */
  readonly cause:
    'transaction' | 'prepared-transaction' | 'kafka' | 'reading' | 'manual' | 'snapshot' | 'not-streaming';
  /** One sentence. */
  readonly reason: string;
  /** That part of what is kept. */
  readonly bytes: number;
}

/** What the source keeps of its log for this task and how long it still will; in bytes of the log, null: not known or no limit. */
export interface SlotProgress {
  readonly name: string;
  /** Identity of the server; PostgreSQL: system_identifier. */
  readonly system: string | null;
  /** Of its history; PostgreSQL: null on a standby. */
  readonly timeline: number | null;
  /** In the source's words; PostgreSQL: wal_status. */
  readonly status: string | null;
  readonly level: 'ok' | 'warning' | 'alarm';
  /** Why, one sentence each. */
  readonly warnings: readonly string[];
  /** What the source keeps. */
  readonly retainedBytes: number | null;
  /** What it was not yet told that it may forget. */
  readonly unconfirmedBytes: number | null;
  /** What may still be written before the source may give the slot up. */
  readonly safeBytes: number | null;
  /** What the operator allows it to keep. */
  readonly limitBytes: number | null;
  /** When, at the rate seen, there will be no room left, from now. */
  readonly exhaustedInMs: number | null;
  /** Null: nothing worth a reason. */
  readonly heldBy: SlotHold | null;
  /** When all this was seen. */
  readonly checkedMs: number;
  /** Those of the same kind on the same server, a bounded number: what keeps most first. */
  readonly others: readonly OtherSlot[];
}

/** The last heartbeat that came back. */
export interface HeartbeatProgress {
  /** When it was written. */
  readonly writtenMs: number;
  /** From there until its transaction was read. */
  readonly roundTripMs: number;
}

/** Changes of transactions that have not ended, kept on the worker's disk until they do. */
export interface SpoolProgress {
  readonly transactions: number;
  /** In files, what is still on its way there included. */
  readonly bytes: number;
  readonly memoryBytes: number;
  readonly limitBytes: number;
}

/** That the source had no longer what follows the stored offset, so that everything was read anew. */
interface ReadAnew {
  /** The last time. */
  readonly atMs: number;
  readonly reason: string;
  /** Since the task began. */
  readonly times: number;
}

/** Changes seen, those of tables that are not captured included; `filtered` counts the latter once more. */
export interface ChangeFigures {
  readonly creates: number;
  readonly updates: number;
  readonly deletes: number;
  readonly truncates: number;
  readonly filtered: number;
}

/**
 * Where a task stands in its source. Positions are texts in the source's own words, e.g. `0/16B3748`; times are epoch
 * milliseconds by the worker's clock; null: not known. Plain values only, since it travels between processes.
 */
export interface SourceProgress {
  /** Debezium's name of the kind of source in its metrics, e.g. `postgres`. */
  readonly plugin: string;
  /** Debezium's name of the source: `topic.prefix`. */
  readonly server: string;
  /** `idle`: a task that waits for work of its connector's other tasks. */
  readonly phase: 'connecting' | 'schema' | 'snapshot' | 'streaming' | 'idle';
  readonly connected: boolean;
  /** The next try while the task is not connected. */
  readonly reconnect: { readonly attempt: number; readonly atMs: number; readonly reason: string } | null;
  /** Kafka holds everything before this. */
  readonly position: string | null;
  /** The source was told that it may forget everything before this. */
  readonly confirmed: string | null;
  /** End of the source's log when it was last seen. */
  readonly head: string | null;
  /** Bytes of the source's log between `position` and `head`, those of no interest included. */
  readonly lagBytes: number | null;
  /** Age of the oldest change that may not be in Kafka yet; 0 when there is none. */
  readonly lagMs: number | null;
  /** When the newest change that Kafka holds was committed at the source. */
  readonly lastEventMs: number | null;
  /** Id of the last transaction read. */
  readonly lastTransaction: string | null;
  /** Transactions read since the task began. */
  readonly transactions: number;
  /** Changes read from the source's log since the task began. */
  readonly changes: ChangeFigures;
  /** Null: the connector does nothing of the kind, or has done it in an earlier life. */
  readonly schema: SchemaProgress | null;
  readonly snapshot: SnapshotProgress | null;
  /** Null: nothing is asked for. */
  readonly incremental: IncrementalProgress | null;
  readonly slot: SlotProgress | null;
  /** What the task writes to the source to see it come back; null: nothing. */
  readonly heartbeat: HeartbeatProgress | null;
  /** Null: nothing is kept in this way. */
  readonly spool: SpoolProgress | null;
  /** Null: it was not. */
  readonly readAnew: ReadAnew | null;
}
