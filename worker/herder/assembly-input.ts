import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { ConfigStore } from '../../config-topics/config-store.ts';
import type { OffsetStore } from '../../config-topics/offset-store.ts';
import type { StatusStore } from '../../config-topics/status-store.ts';
import type { ConnectorError } from '../../errors/connector-error.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { ClusterWarnings } from '../cluster-warnings.ts';
import type { LogLevels } from '../log-levels.ts';
import type { OffsetCopies } from '../offsets/offset-copies.ts';
import type { PluginRegistry } from '../plugins.ts';
import type { TaskHosts } from '../supervisor/task-hosts.ts';
import type { WorkerConfig } from '../worker-config.ts';

/** What a herder is put together from. */
export interface AssemblyInput {
  readonly config: WorkerConfig;
  readonly log: TaskLog;
  /** Of all loggers of this worker. */
  readonly levels: LogLevels;
  readonly kafkaClusterId: () => string;
  readonly plugins: PluginRegistry;
  readonly stores: { readonly config: ConfigStore; readonly offset: OffsetStore; readonly status: StatusStore };
  /** What exists; empty before the config topic has been read to its end. */
  readonly view: () => ConfigSnapshot;
  /** Copies of offsets that connectors keep in topics of their own. */
  readonly offsetCopies: OffsetCopies;
  readonly hosts: TaskHosts;
  /** Another round of the group is near. */
  readonly onRoundNear: () => void;
  /** Asks the group client for a heartbeat now. */
  readonly beatNow: () => void;
  readonly warnings: ClusterWarnings;
  /** The leader does not take this worker into the group. */
  readonly onRefused: (error: ConnectorError) => void;
  /** Aborted when the worker ends. */
  readonly signal: AbortSignal;
}
