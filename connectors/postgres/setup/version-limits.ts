import { canSendMessages } from '../message-filter.ts';
import { canStreamInProgress, canTwoPhase } from '../in-progress/stream-plan.ts';
import type { SourceConfig } from '../source-config.ts';

/** The oldest server_version_num whose publications can name partitioned tables. */
const VIA_ROOT_VERSION = 130_000;

/** A configuration as far as a server of this version can follow it; `onIgnored` is told of each setting that has no effect. */
export function withinVersion(
  config: SourceConfig,
  version: number,
  onIgnored: (message: string) => void = () => undefined,
): SourceConfig {
  const lacks = (setting: string, since: number): void =>
    onIgnored(`${setting} has no effect before PostgreSQL ${since}`);
  let within = config;
  if (config.publishViaPartitionRoot && version < VIA_ROOT_VERSION) {
    lacks('publish.via.partition.root', 13);
    within = { ...within, publishViaPartitionRoot: false };
  }
  if ((config.ddlCapture === 'install' || config.ddlCapture === 'existing') && !canSendMessages(version)) {
    lacks('millrace.ddl.capture', 14);
    within = { ...within, ddlCapture: 'off' };
  }
  if (config.streamInProgress && !canStreamInProgress(version)) lacks('millrace.stream.in.progress', 14);
  if (config.twoPhase && !canTwoPhase(version)) lacks('millrace.two.phase', 15);
  return within;
}
