import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { SpoolProgress } from '../../source-progress.ts';
import type { Lsn } from '../lsn.ts';
import type { StreamFlow, StreamHandler } from '../wire/replication-stream.ts';
import { HeldTransactions, type CommittedReader } from './held-transactions.ts';
import { PreparedPositions } from './prepared-positions.ts';
import { Spool } from './spool.ts';
import type { StreamPlan } from './stream-plan.ts';

/** How a session's messages get from the socket to their reader. */
export interface StreamWay {
  /** Takes what the server sends. */
  readonly handler: StreamHandler;
  /** Rejects when something on this way breaks; undefined: nothing can. */
  readonly failed: Promise<never> | undefined;
  attach(stream: StreamFlow): void;
  /** Up to where the slot may move when everything before `durable` is in Kafka. */
  confirmable(durable: Lsn): Lsn;
  /** What waits for its end; null: nothing ever does. */
  figures(): SpoolProgress | null;
  /** Nothing is handed over from this call on. */
  close(): Promise<void>;
}

export interface StreamWayParts {
  readonly plan: StreamPlan;
  readonly reader: CommittedReader;
  /** server_version_num */
  readonly version: number;
  /** millrace.spool.folder and millrace.spool.max.bytes */
  readonly spoolFolder: string | null;
  readonly spoolMaxBytes: number;
  readonly log: TaskLog;
}

/** Straight, or over the spool. Throws POSTGRES_SPOOL_UNUSABLE when the spool's folder cannot be written. */
export async function openStreamWay(parts: StreamWayParts): Promise<StreamWay> {
  const { plan, reader, version, log } = parts;
  if (!plan.holds)
    return {
      handler: reader,
      failed: undefined,
      attach: (stream) => reader.attach(stream),
      confirmable: (durable) => durable,
      figures: () => null,
      close: () => Promise.resolve(),
    };
  const spool = new Spool({ folder: await usableFolder(parts.spoolFolder), maxBytes: parts.spoolMaxBytes });
  const prepared = plan.twoPhase ? new PreparedPositions(plan.from) : undefined;
  // Empty transactions are sent by servers before 15.
  const held = new HeldTransactions({ reader, spool, prepared, omitsEmpty: version >= 150_000, log });
  return {
    handler: held,
    failed: held.failed,
    attach: (stream) => held.attach(stream),
    confirmable: (durable) => prepared?.confirmable(durable) ?? durable,
    figures: () => ({ transactions: held.transactions, ...spool.figures, limitBytes: parts.spoolMaxBytes }),
    close: () => held.close(),
  };
}

async function usableFolder(setting: string | null): Promise<string> {
  const folder = setting === null || setting === '' ? tmpdir() : setting;
  try {
    // Its parent has to be there: a whole path made up by a mistake would be created where nobody looks.
    await mkdir(folder).catch((error: unknown) => {
      if (!isThere(error)) throw error;
    });
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    throw ConnectorError.from(error, 'POSTGRES_SPOOL_UNUSABLE', 'millrace.spool.folder');
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
