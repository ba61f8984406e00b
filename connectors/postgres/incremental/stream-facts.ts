import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { Lsn } from '../lsn.ts';
import type { RelationRegistry } from '../catalog/relation-registry.ts';
import type { TransactionCursor } from '../position/transaction-cursor.ts';

/** What an incremental snapshot knows and asks of the session that streams. */
export interface StreamFacts {
  readonly cursor: Pick<TransactionCursor, 'done' | 'lastXid' | 'previousCommitEnd'>;
  readonly relations: Pick<RelationRegistry, 'plan'>;
  /** The captured tables when the session began, in the form in which they are published. */
  readonly captured: readonly CatalogTable[];
  readonly isStandby: boolean;
  /** Changes of partitions come under the name of the partitioned table. */
  readonly viaRoot: boolean;
  readonly version: number;
  /** Something may be due: hand it over now if there is room. */
  handOver(): void;
  /** Nothing more is handed over, and nothing read, until the answer is called. */
  hold(): () => void;
  /** Nothing is handed over of transactions whose commit records do not lie before a place; told when all others were. */
  stopAt(at: Lsn, onStopped: () => void): void;
  /** Asks the server how far it has come. */
  askPosition(): void;
}
