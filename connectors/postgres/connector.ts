import { ConnectorError } from '../../errors/connector-error.ts';
import type { SourcePartition } from '../change-batch.ts';
import { isRunPartition } from '../snapshot/snapshot-records.ts';
import type { ConnectorConfig, SourceConnector } from '../source-connector.ts';
import { INCREMENTAL_PARTITION } from './incremental/snapshot-queue.ts';
import { readOffset } from './position/stored-offset.ts';
import { postgresSettings } from './settings.ts';
import { releaseSlot } from './setup/release-slot.ts';
import { SIGNALS_PARTITION } from './signals/topic-channel.ts';
import { conflicts, parseConfig, validConfig } from './source-config.ts';
import { FiniteTask } from './finite-task.ts';
import { SnapshotHelper } from './snapshot/snapshot-helper.ts';
import { snapshotRules } from './snapshot/snapshot-mode.ts';
import { PostgresTask } from './stream-task.ts';
import { helperConfig, isHelper } from './task-role.ts';
import { numbering } from './task-state.ts';
import { liveProblems } from './validation.ts';

/** Set by Connect for each task; Debezium's own name, so that Java can take the task over. */
const TASK_CLASS = 'io.debezium.connector.postgresql.PostgresConnectorTask';

/** Row changes of PostgreSQL 11 to 18 by logical decoding (pgoutput): the configuration and the offsets of Debezium's connector. */
export const postgresConnector: SourceConnector = {
  className: 'io.debezium.connector.postgresql.PostgresConnector',
  aliases: ['postgres'],
  version: '0.1.0',
  settings: postgresSettings,

  async validate(config, signal) {
    const problems = conflicts(config);
    const parsed = validConfig(config);
    if (parsed === undefined || problems.length > 0) return problems;
    return liveProblems(parsed, signal);
  },

  // One slot is read by one session, in one order: the first task streams, and the others help it with snapshots.
  taskConfigs(config: ConnectorConfig, maxTasks: number) {
    if (maxTasks < 1) return [];
    const task = { ...config, 'task.class': TASK_CLASS };
    const parsed = validConfig(config);
    const rules = parsed === undefined ? undefined : snapshotRules(parsed);
    const takesSnapshots = rules !== undefined && (rules.reads !== 'never' || rules.heals);
    const helpers = takesSnapshots ? maxTasks - 1 : 0;
    return [task, ...Array.from({ length: helpers }, () => helperConfig(task))];
  },

  createTask(context) {
    if (isHelper(context.config)) return new SnapshotHelper(context);
    const { streams } = snapshotRules(parseConfig(context.config));
    return streams ? new PostgresTask(context) : new FiniteTask(context);
  },

  exactlyOnceSupport: () => 'supported',
  releaseSlot: (config, held, signal) => releaseSlot(parseConfig(config), held, signal),

  checkOffsets(config, offsets) {
    const parsed = parseConfig(config);
    const { serverName } = parsed;
    for (const { partition, offset } of offsets) {
      // What is kept of a snapshot can be forgotten with the rest, but not written by hand.
      if (offset === null && isRunPartition(partition, serverName)) continue;
      if (offset === null && isSignalState(partition, serverName)) continue;
      if (Object.keys(partition).length !== 1 || partition['server'] !== serverName)
        throw new ConnectorError(
          'POSTGRES_OFFSET_INVALID',
          `the partition of an offset of this connector is {"server":"${serverName}"}, not ${JSON.stringify(partition, asText)}`,
        );
      if (offset !== null) readOffset(offset, numbering(parsed));
    }
  },
};

/** What is kept of signals and of the snapshots that they ask for. */
function isSignalState(partition: SourcePartition, server: string): boolean {
  const isOurs = partition[INCREMENTAL_PARTITION] !== undefined || partition[SIGNALS_PARTITION] !== undefined;
  return partition['server'] === server && isOurs;
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
