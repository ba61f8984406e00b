import { CaptureFilter } from './capture-filter.ts';
import type { PlanRules } from './catalog/plan-builder.ts';
import type { SourceConfig } from './source-config.ts';

/** What a connector's configuration says of how rows are captured. */
export function planRules(config: SourceConfig): PlanRules {
  return { database: config.database, filter: new CaptureFilter(config), keyRules: config.messageKeyColumns };
}
