import type { SourceOffset, SourcePartition } from '../connectors/change-batch.ts';
import type { ConnectorConfig, SettingProblem, SourceTask, TaskContext } from '../connectors/source-connector.ts';
import type { SettingMap } from '../settings/setting.ts';

/**
 * A source connector of a plug-in: what its module exports under the name that the manifest gives. Stateless: one object serves
 * all connectors of its class, in the worker (everything but `createTask`) and in the processes of tasks (`createTask`).
 */
export interface SourcePlugin {
  /** Its own settings; what every connector takes is added by the worker. */
  readonly settings: SettingMap;
  /** Checks that need more than one setting or the live source. Each setting was parsed on its own before. Default: none. */
  validate?(config: ConnectorConfig, signal: AbortSignal): Promise<SettingProblem[]>;
  /** One configuration per task, at most `maxTasks`: usually `{...config, …}` with what this task is to read. */
  taskConfigs(config: ConnectorConfig, maxTasks: number): ConnectorConfig[];
  /** Called in the process of the task, once per start of the task. */
  createTask(context: TaskContext): SourceTask;
  /** Whether it goes on exactly where its offsets say, with this configuration. Absent, or undefined: it does not say. */
  exactlyOnceSupport?(config: ConnectorConfig): 'supported' | 'unsupported' | undefined;
  /** Whether its tasks can say where transactions end, with this configuration. Absent: they cannot. */
  canDefineTransactionBoundaries?(config: ConnectorConfig): boolean;
  /** Throws a PluginError PLUGIN_CONFIG when an offset given over REST is none to start from. Default: all are taken. */
  checkOffsets?(
    config: ConnectorConfig,
    offsets: readonly { readonly partition: SourcePartition; readonly offset: SourceOffset | null }[],
  ): void;
}
