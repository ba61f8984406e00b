import type { ConnectorStatus } from '../herder/herder-port.ts';
import { slotsWithoutConnector, type LeftSlot } from './left-slots.ts';
import type { TaskBody } from './task-body.ts';
import type { WorkerBody } from './worker-body.ts';

/** What became of the question to one worker. */
export type WorkerAnswer =
  | { readonly answered: true; readonly body: WorkerBody }
  | { readonly answered: false; readonly workerId: string; readonly url: string; readonly reason: string };

export interface SummaryParts {
  readonly nowMs: number;
  readonly group: string;
  readonly leaderUrl: string | null;
  /** Whether every member of the group was asked. */
  readonly askedAll: boolean;
  readonly answers: readonly WorkerAnswer[];
  /** Of every connector that exists and has one. */
  readonly statuses: readonly ConnectorStatus[];
  /** What the offsets of deleted connectors say that these held. */
  readonly leftSlots: readonly LeftSlot[];
}

const mostFailures = 50;
const mostLagging = 20;

/** A task by name, as every list of the summary begins. */
function nameOf({ connector, task, worker_id }: TaskBody) {
  return { connector, task, worker_id };
}

function countBy(states: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function workerOf(answer: WorkerAnswer) {
  if (!answer.answered)
    return { worker_id: answer.workerId, url: answer.url, answered: false as const, reason: answer.reason };
  const { tasks, ...body } = answer.body;
  return { ...body, answered: true as const, tasks: tasks.map(({ connector, task }) => `${connector}-${task}`) };
}

function lagOf(tasks: readonly TaskBody[]) {
  const known = tasks.flatMap((body) => {
    const { lag_bytes = null, lag_ms = null } = body.source ?? {};
    return lag_bytes === null && lag_ms === null ? [] : [{ ...nameOf(body), lag_bytes, lag_ms }];
  });
  const worst = known.toSorted(
    (left, right) => (right.lag_ms ?? 0) - (left.lag_ms ?? 0) || (right.lag_bytes ?? 0) - (left.lag_bytes ?? 0),
  );
  return {
    max_bytes: known.reduce((most, { lag_bytes }) => Math.max(most, lag_bytes ?? 0), 0),
    max_ms: worst[0]?.lag_ms ?? 0,
    most_behind: worst.slice(0, mostLagging),
  };
}

function slotAtRisk(body: TaskBody) {
  const slot = body.source?.slot ?? null;
  if (slot === null || slot.level === 'ok') return [];
  const { level, warnings, status, retained_bytes, safe_bytes, limit_bytes, exhausted_in_ms, held_by } = slot;
  const figures = { status, retained_bytes, safe_bytes, limit_bytes, exhausted_in_ms, held_by };
  return [{ ...nameOf(body), slot: slot.name, level, warnings, ...figures }];
}

/** The connector instances that failed; their tasks may still run with the configuration before. */
function failedConnectors(statuses: readonly ConnectorStatus[]) {
  return statuses
    .filter(({ connector }) => connector.state === 'FAILED')
    .map(({ name, connector }) => ({
      connector: name,
      worker_id: connector.worker_id,
      reason: connector.trace?.split('\n', 1)[0] ?? null,
    }));
}

/**
 * The body of `GET /summary`: first what is wrong, then what is there. States are Connect's, from the status topic; all else is
 * what the workers said within the deadline, so a list is complete only when `complete` is true.
 */
export function clusterSummary({ nowMs, group, leaderUrl, askedAll, answers, statuses, leftSlots }: SummaryParts) {
  const tasks = answers.flatMap((answer) => (answer.answered ? answer.body.tasks : []));
  const allTasks = statuses.flatMap((status) => status.tasks);
  const troubled = tasks.filter(({ run }) => run === 'failed' || run === 'waiting');
  return {
    time: nowMs,
    group,
    leader: leaderUrl,
    complete: askedAll && answers.every(({ answered }) => answered),
    connectors: {
      total: statuses.length,
      by_state: countBy(statuses.map(({ connector }) => connector.state)),
      failed: failedConnectors(statuses),
    },
    tasks: {
      total: allTasks.length,
      by_state: countBy(allTasks.map(({ state }) => state)),
      records_per_second: Math.round(tasks.reduce((sum, body) => sum + body.records_per_second, 0) * 10) / 10,
    },
    failing: troubled.map((body) => ({
      ...nameOf(body),
      run: body.run,
      failure: body.failures.at(-1) ?? null,
      restarts: body.restarts,
    })),
    stalled: tasks.flatMap((body) =>
      body.stalled === null
        ? []
        : [{ ...nameOf(body), ...body.stalled, pending_bytes: body.pending_bytes, source: body.source }],
    ),
    disconnected: tasks.flatMap((body) =>
      body.run === 'running' && body.source?.connected === false
        ? [{ ...nameOf(body), reconnect: body.source.reconnect }]
        : [],
    ),
    next_restarts: tasks
      .flatMap((body) => (body.restarts.next === null ? [] : [{ ...nameOf(body), ...body.restarts.next }]))
      .toSorted((left, right) => left.at - right.at),
    slots_at_risk: tasks.flatMap(slotAtRisk),
    slots_without_connector: slotsWithoutConnector(leftSlots, tasks),
    lag: lagOf(tasks),
    last_failures: tasks
      .flatMap((body) => body.failures.map((failure) => ({ ...nameOf(body), ...failure })))
      .toSorted((left, right) => right.last - left.last)
      .slice(0, mostFailures),
    workers: answers.map(workerOf),
  };
}

export type ClusterSummary = ReturnType<typeof clusterSummary>;
