import type { Work } from '../group/work.ts';
import type { HostReport } from '../supervisor/task-hosts.ts';
import type { SlotWithoutConnector } from './left-slots.ts';
import type { RebalanceFigures } from './rebalance-meter.ts';
import type { Startups } from './startup-counts.ts';
import type { TaskSnapshot } from './task-history.ts';

/** A task of this worker with all that is known of it. */
export interface MeasuredTask {
  readonly connector: string;
  readonly task: number;
  /** The connector's configuration, for the names of its classes. */
  readonly config: Readonly<Record<string, string>>;
  readonly snapshot: TaskSnapshot;
}

/** Everything that the metrics of a worker are made of. */
export interface WorkerMeasures {
  readonly workerId: string;
  readonly clientId: string;
  /** Monotonic milliseconds, for the times of `rebalance`. */
  readonly now: number;
  readonly connectors: readonly {
    readonly name: string;
    readonly config: Readonly<Record<string, string>>;
    readonly version: string | null;
    /** Connect's state in lower case. */
    readonly state: string;
  }[];
  readonly tasks: readonly MeasuredTask[];
  readonly hosts: readonly HostReport[];
  /** On the servers that tasks of this worker read. */
  readonly slotsWithoutConnector: readonly SlotWithoutConnector[];
  readonly connectorStartups: Startups;
  readonly taskStartups: Startups;
  readonly rebalance: RebalanceFigures;
  /** Undefined while this worker is not a member. */
  readonly session: { readonly generation: number; readonly leaderUrl: string; readonly work: Work } | undefined;
}
