import type { ConnectorSettingValues } from '../connector-settings.ts';
import { overridesWithoutEffect } from './client-override-settings.ts';
import { overrideProblems, type OverridePolicy } from './override-policy.ts';

/** What the worker has to say about a connector's configuration. */
export interface WorkerRules {
  /** exactly.once.source.support is `enabled`. */
  readonly exactlyOnce: boolean;
  /** connector.client.config.override.policy */
  readonly overridePolicy: OverridePolicy;
  /** connector.client.config.override.allowlist */
  readonly overrideAllowlist: readonly string[];
  /** topic.creation.enable */
  readonly topicCreation: boolean;
}

type Config = Readonly<Record<string, string | null>>;
type Problem = readonly [setting: string, text: string];

/** Problems that one setting alone does not show: what the worker does not allow. */
export function frameworkProblems(config: Config, rules: WorkerRules): Problem[] {
  const { overridePolicy: policy, overrideAllowlist: allowlist } = rules;
  return overrideProblems(config, { policy, allowlist });
}

/** Settings that are accepted and change nothing, as far as the configuration expects something of them. */
export function withoutEffect(values: ConnectorSettingValues, config: Config, rules: WorkerRules): string[] {
  const found = overridesWithoutEffect(config);
  if (values.transactionBoundary !== 'poll' && !rules.exactlyOnce)
    found.push(`transaction.boundary=${values.transactionBoundary}: without exactly-once there are no transactions`);
  for (const [key, value] of Object.entries(config))
    if (key.endsWith('.converter.plugin.version') && value !== null)
      found.push(`${key}: plug-ins are built in, in one version`);
  if (!rules.topicCreation && Object.keys(config).some((key) => key.startsWith('topic.creation.')))
    found.push("topic.creation.*: the worker's topic.creation.enable is false");
  return found;
}
