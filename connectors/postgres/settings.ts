import { filterSettings } from './settings/capture.ts';
import { connectionSettings, tlsSettings } from './settings/connection.ts';
import { inProgressSettings } from './settings/in-progress.ts';
import { inertSettings } from './settings/inert.ts';
import { refusedSettings } from './settings/refused.ts';
import { ddlSettings, heartbeatSettings, replicationSettings } from './settings/replication.ts';
import { snapshotSettings } from './settings/snapshot.ts';
import { signalSettings } from './settings/signals.ts';
import { unavailableSettings } from './settings/unavailable.ts';

/** Everything about the source, with Debezium's names and defaults; what a format defines is not here. */
export const postgresSettings = {
  ...connectionSettings,
  ...tlsSettings,
  ...replicationSettings,
  ...filterSettings,
  ...snapshotSettings,
  ...heartbeatSettings,
  ...signalSettings,
  ...ddlSettings,
  ...inProgressSettings,
  ...unavailableSettings,
  ...refusedSettings,
  ...inertSettings,
};
