import type { WorkerMeasures } from '../health/worker-measures.ts';
import type { GroupAnswer } from '../../kafka/group-member.ts';
import { ratio, type MetricDefinition, type Named } from './metric-definition.ts';

function coordinator(named: Named, value: (measures: WorkerMeasures) => number | null | undefined): MetricDefinition {
  return {
    kind: 'gauge',
    ...named,
    name: `kafka_connect_coordinator_${named.name}`,
    labels: ['client_id'],
    samples: (measures) => {
      const found = value(measures);
      return found === null || found === undefined ? [] : [{ labels: { client_id: measures.clientId }, value: found }];
    },
  };
}

function secondsSince(now: number, at: number | null): number | undefined {
  return at === null ? undefined : (now - at) / 1000;
}

interface CallTexts {
  readonly many: string;
  /** Appended to the name of a time: Kafka calls that of a heartbeat `response-time`. */
  readonly time: string;
  readonly times: readonly ('avg' | 'max')[];
}

/** Totals, rates and times of one kind of request (Kafka's AbstractCoordinator, GroupCoordinatorMetrics). */
function calls(call: GroupAnswer['call'], { many, time, times }: CallTexts): MetricDefinition[] {
  const texts = { avg: `Time to the answer of one on average, milliseconds.`, max: 'Longest of those times.' };
  return [
    coordinator(
      { name: `${call}_total`, kind: 'counter', help: `${many} that were answered well.` },
      (m) => m.rebalance.calls[call].total,
    ),
    coordinator(
      { name: `${call}_rate`, help: 'Those of them per second, over 30 s.' },
      (m) => m.rebalance.calls[call].perSecond,
    ),
    ...times.map((which) =>
      coordinator({ name: `${call}_${time}_${which}`, help: texts[which] }, (m) =>
        which === 'avg' ? m.rebalance.calls[call].avgMs : m.rebalance.calls[call].maxMs,
      ),
    ),
  ];
}

/** connect-coordinator-metrics. */
export const connectCoordinatorMetrics: readonly MetricDefinition[] = [
  coordinator(
    { name: 'assigned_connectors', help: 'Connectors that the group gave this worker.' },
    ({ session }) => session?.work.connectors.length ?? 0,
  ),
  coordinator(
    { name: 'assigned_tasks', help: 'Tasks that the group gave this worker.' },
    ({ session }) => session?.work.tasks.length ?? 0,
  ),
  ...calls('join', { many: 'Requests to join a round', time: 'time', times: ['avg', 'max'] }),
  ...calls('sync', { many: 'Requests for the assignment of a round', time: 'time', times: ['avg', 'max'] }),
  ...calls('heartbeat', { many: 'Heartbeats', time: 'response_time', times: ['max'] }),
  coordinator({ name: 'last_heartbeat_seconds_ago', help: 'Since the last good heartbeat was sent.' }, (m) =>
    secondsSince(m.now, m.rebalance.lastHeartbeatAt),
  ),
  coordinator(
    { name: 'rebalance_total', kind: 'counter', help: 'Rounds that ended for this worker.' },
    (m) => m.rebalance.completed,
  ),
  coordinator(
    { name: 'rebalance_rate_per_hour', help: 'Those of them within the last hour (Kafka: of a minute, times 60).' },
    (m) => m.rebalance.completedLastHour,
  ),
  coordinator(
    { name: 'failed_rebalance_total', kind: 'counter', help: 'Times that this worker lost its membership.' },
    (m) => m.rebalance.lost,
  ),
  coordinator(
    { name: 'failed_rebalance_rate_per_hour', help: 'Those of them within the last hour.' },
    (m) => m.rebalance.lostLastHour,
  ),
  coordinator({ name: 'rebalance_latency_max', help: 'Longest round, milliseconds.' }, (m) => m.rebalance.maxMs),
  coordinator({ name: 'rebalance_latency_avg', help: 'Average round, milliseconds.' }, (m) =>
    ratio(m.rebalance.totalMs, m.rebalance.completed),
  ),
  coordinator(
    { name: 'rebalance_latency_total', kind: 'counter', help: 'All rounds together, milliseconds.' },
    (m) => m.rebalance.totalMs,
  ),
  coordinator({ name: 'last_rebalance_seconds_ago', help: 'Since the last round ended.' }, (m) =>
    secondsSince(m.now, m.rebalance.lastEndedAt),
  ),
];
