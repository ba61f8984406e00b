import type { SnapshotLedger } from '../../snapshot/snapshot-ledger.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { RunStore } from './run-store.ts';

export interface WaitParts {
  readonly ledger: SnapshotLedger;
  readonly store: Pick<RunStore, 'wait'>;
  readonly log: TaskLog;
  /** Tells what is known of tables. */
  readonly tell: () => Promise<void>;
}

/** How often it is said whose chunks a run still waits for, and looked whether what they are read by is still held. */
const WAITING_MS = 10_000;

/** Waits for chunks that other tasks read: until there is something to do for this one, or it is time to look. */
export async function waitForOthers({ ledger, store, log, tell }: WaitParts): Promise<void> {
  const due = Promise.withResolvers<undefined>();
  let rang = false;
  const isDue = (): boolean => rang;
  const timer = setTimeout(() => {
    rang = true;
    due.resolve(undefined);
    const chunksLeftByTask = Object.fromEntries(ledger.openByTask);
    log.info({ chunksLeftByTask }, 'the snapshot waits for chunks that other tasks read');
  }, WAITING_MS);
  try {
    // Without looking at all tables for each record that comes: there may be very many of both.
    while (!isDue() && !ledger.isComplete() && !ledger.hasUnseen) {
      await store.wait(Promise.race([ledger.changed, due.promise]));
      await tell();
    }
  } finally {
    clearTimeout(timer);
  }
}
