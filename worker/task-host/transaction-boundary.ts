import { ConnectorError } from '../../errors/connector-error.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import { connectorSettings } from '../connector-settings.ts';
import { commitIn, type OpenTransaction } from './commit-policy.ts';

/** Where the transactions of a task end (transaction.boundary, KIP-618). */
export interface TransactionBoundary {
  /** The connector says it, and nothing else. */
  readonly ofConnector: boolean;
  /** Transactions may be larger than the bytes in flight are allowed to be. */
  readonly outgrowsMemory: boolean;
  /** 0: commit now; else the milliseconds after which to ask again; Infinity: not by time. */
  commitIn(open: OpenTransaction): number;
}

/** `poll`: after whole batches, by load. Also what exactly-once=off has, where a commit writes the offsets. */
export const adaptiveBoundary: TransactionBoundary = { ofConnector: false, outgrowsMemory: false, commitIn };

/** `interval`: at the end of the batch with which, or after which, the time is over. */
export function intervalBoundary(intervalMs: number): TransactionBoundary {
  return {
    ofConnector: false,
    outgrowsMemory: true,
    commitIn: ({ ageMs, commitAsked }) => (commitAsked ? 0 : Math.max(0, intervalMs - ageMs)),
  };
}

/** `connector`: with the batches that say so. */
export const connectorBoundary: TransactionBoundary = {
  ofConnector: true,
  outgrowsMemory: true,
  commitIn: () => Infinity,
};

export interface BoundaryInput {
  readonly connectorConfig: Readonly<Record<string, string>>;
  readonly exactlyOnce: boolean;
  /** The worker's offset.flush.interval.ms. */
  readonly defaultIntervalMs: number;
  /** The broker aborts a transaction that is older. */
  readonly transactionTimeoutMs: number;
}

const { transactionBoundary, transactionBoundaryIntervalMs } = connectorSettings;

/** The boundary that a connector is configured with. Throws CONFIG_INVALID. */
export function boundaryOf(input: BoundaryInput): TransactionBoundary {
  const { connectorConfig, exactlyOnce, defaultIntervalMs, transactionTimeoutMs } = input;
  if (!exactlyOnce) return adaptiveBoundary;
  const { values, problems } = parseSettings({ transactionBoundary, transactionBoundaryIntervalMs }, connectorConfig);
  if (problems.size > 0) throw new ConnectorError('CONFIG_INVALID', [...problems.values()].flat().join('; '));
  switch (values.transactionBoundary) {
    case 'poll':
      return adaptiveBoundary;
    case 'interval':
      // With half of it left for the commit: one that the broker has aborted costs the whole interval and a restart.
      return intervalBoundary(
        Math.min(values.transactionBoundaryIntervalMs ?? defaultIntervalMs, transactionTimeoutMs / 2),
      );
    case 'connector':
      return connectorBoundary;
  }
}
