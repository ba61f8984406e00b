import { hasPlaceholder } from '../providers/placeholder.ts';
import type { Config } from './config-equality.ts';

/**
 * Task configurations as they are stored: under every key that has a placeholder in the connector's configuration, and that is in
 * the task's, stands the connector's text, whatever the connector has put there (Connect's reverse transformation).
 */
export function storedTaskConfigs(connector: Config, tasks: readonly Config[]): Config[] {
  const texts = Object.entries(connector).filter(([, value]) => hasPlaceholder(value));
  if (texts.length === 0) return [...tasks];
  return tasks.map((task) => ({ ...task, ...Object.fromEntries(texts.filter(([key]) => Object.hasOwn(task, key))) }));
}
