import { dataSettings } from './data-settings.ts';
import { groupSettings } from './group-settings.ts';
import { processSettings } from './process-settings.ts';
import { restSettings } from './rest-settings.ts';
import { sessionSettings } from './session-settings.ts';
import { topicSettings } from './topic-settings.ts';
import { trackingSettings } from './tracking-settings.ts';

/** Every setting of a worker, each defined once: parsing and docs/settings-worker.md come from here. */
export const workerSettings = {
  ...groupSettings,
  ...topicSettings,
  ...dataSettings,
  ...processSettings,
  ...restSettings,
  ...trackingSettings,
  ...sessionSettings,
};
