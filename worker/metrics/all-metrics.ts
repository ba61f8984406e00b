import { connectCoordinatorMetrics } from './connect-coordinator-metrics.ts';
import { connectPluginMetrics } from './connect-plugin-metrics.ts';
import { connectorMetrics, connectorTaskMetrics, sourceTaskMetrics } from './connect-task-metrics.ts';
import { connectWorkerMetrics } from './connect-worker-metrics.ts';
import { debeziumMetrics } from './debezium-metrics.ts';
import type { MetricDefinition } from './metric-definition.ts';
import { ownMetrics } from './own-metrics.ts';

/** Every metric that is read off at a scrape, by where its name comes from. */
export const metricGroups = {
  connect: [
    ...connectWorkerMetrics,
    ...connectCoordinatorMetrics,
    ...connectorMetrics,
    ...connectorTaskMetrics,
    ...connectPluginMetrics,
    ...sourceTaskMetrics,
  ],
  debezium: debeziumMetrics,
  own: ownMetrics,
} as const satisfies Record<string, readonly MetricDefinition[]>;
