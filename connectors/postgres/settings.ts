import { filterSettings, snapshotSettings } from './settings/capture.ts';
import { connectionSettings, tlsSettings } from './settings/connection.ts';
import { inProgressSettings } from './settings/in-progress.ts';
import { inertSettings } from './settings/inert.ts';
import { refusedSettings } from './settings/refused.ts';
import { heartbeatSettings, replicationSettings } from './settings/replication.ts';

/** Everything about the source, with Debezium's names and defaults; what a format defines is not here. */
export const postgresSettings = {
  ...connectionSettings,
  ...tlsSettings,
  ...replicationSettings,
  ...filterSettings,
  ...snapshotSettings,
  ...heartbeatSettings,
  ...inProgressSettings,
  ...refusedSettings,
  ...inertSettings,
};
