import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import { sameConfig } from './config-equality.ts';

/**
 * Numbers of the tasks whose former producers must be fenced before the new set may start: those that were removed and
 * those that changed, since another task may now have their part of the source. A task that goes on unchanged keeps its
 * producer. `before` is the connector as it was when the set was published; undefined when an earlier leader published it:
 * then nothing is known of what changed, and all are fenced.
 *
 * One task that becomes one task needs no round: it fences its former self (KIP-618).
 */
export function producersToFence(before: ConnectorConfigState | undefined, now: ConnectorConfigState): number[] {
  const recorded = now.taskCountRecord;
  const count = now.tasks.length;
  if (recorded === undefined || (recorded <= 1 && count <= 1)) return [];
  const numbers = Array.from({ length: recorded }, (_, number) => number);
  if (before === undefined || !sameConfig(before.config, now.config)) return numbers;
  return numbers.filter((number) => {
    const old = before.tasks[number];
    const current = now.tasks[number];
    return old === undefined || current === undefined || !sameConfig(old, current);
  });
}
