import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { OffsetStore } from '../../config-topics/offset-store.ts';
import type { StatusStore } from '../../config-topics/status-store.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { connectorOf, taskNumberOf } from '../group/work.ts';
import type { OffsetCopies } from '../offsets/offset-copies.ts';
import type { PluginRegistry } from '../plugins.ts';
import { StartupCounts } from '../health/startup-counts.ts';
import { SignalCalls } from '../supervisor/signal-calls.ts';
import type { TaskEvent, TaskHosts } from '../supervisor/task-hosts.ts';
import type { WorkerConfig } from '../worker-config.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config-equality.ts';
import { LocalConnectors } from './local-connectors.ts';
import { LocalShare } from './local-share.ts';
import { LocalTasks } from './local-tasks.ts';
import { makeTaskConfigs } from './make-task-configs.ts';
import type { ConnectorResolver } from './connector-resolver.ts';
import type { Membership } from './membership.ts';
import { OffsetWatches } from './offset-watches.ts';
import { StatusWriter } from './status-writer.ts';
import { TaskOrders } from './task-orders.ts';

export interface LocalPartsInput {
  readonly config: WorkerConfig;
  readonly log: TaskLog;
  readonly membership: Membership;
  readonly view: () => ConfigSnapshot;
  readonly plugins: PluginRegistry;
  readonly resolver: ConnectorResolver;
  readonly statuses: StatusStore;
  readonly offsets: OffsetStore;
  /** Copies of offsets that connectors keep in topics of their own. */
  readonly offsetCopies: OffsetCopies;
  readonly readConfigToEnd: (signal: AbortSignal) => Promise<void>;
  readonly hosts: TaskHosts;
  /** Asks for a heartbeat now. */
  readonly beatNow: () => void;
  readonly publish: (name: string, configs: readonly Config[], signal: AbortSignal) => Promise<void>;
  /** A connector has nothing more to do. */
  readonly onFinished: (name: string, detail: string) => void;
  /** Something that this worker held has stopped. */
  readonly onReleased: () => void;
  readonly signal: AbortSignal;
}

export interface LocalParts {
  readonly share: LocalShare;
  readonly tasks: LocalTasks;
  readonly connectors: LocalConnectors;
  readonly statusWriter: StatusWriter;
  readonly connectorStartups: StartupCounts;
  readonly taskStartups: StartupCounts;
  readonly signals: SignalCalls;
}

/** Longer than a leader that was killed inside a transaction on the config topic can hold up its readers (10 s). */
const takeOverMs = 30_000;
/** Less than a task is given to stop in good order. */
const copyMs = 3000;

/** Puts together what runs tasks and connectors on this worker. */
export function localParts(input: LocalPartsInput): LocalParts {
  const { config, log, membership, view, plugins, hosts, signal } = input;
  const { values, advertised } = config;
  const orders = new TaskOrders(config);
  const connectorStartups = new StartupCounts();
  const taskStartups = new StartupCounts();
  const statusWriter = new StatusWriter({
    membership,
    sink: input.statuses,
    redact: (text) => config.secretValues.redact(text),
    workerId: advertised.workerId,
    versionOf: (name) => plugins.find(view().connectors.get(name)?.config['connector.class'] ?? '')?.version ?? null,
  });
  const watches = new OffsetWatches({ offsets: input.offsets, hosts, readMs: takeOverMs, signal });
  const signals = new SignalCalls((id, message) => hosts.signal(id, message));
  const tasks = new LocalTasks({
    port: {
      clock: systemClock,
      epochMs: Date.now,
      random: Math.random,
      startups: taskStartups,
      log,
      start: (task) => {
        const order = orders.next(task, membership.session?.generation ?? 0);
        log.info({ task: task.key, incarnation: order.incarnation, paused: order.paused }, 'task: starting');
        hosts.start(task.key, order);
        return order.incarnation;
      },
      proceed: (key, incarnation) => hosts.proceed(key, incarnation),
      pause: (key) => hosts.pause(key),
      resume: (key) => hosts.resume(key),
      stop: (key, quiet) => hosts.stop(key, { graceMs: values.taskShutdownGracefulTimeoutMs, quiet }),
      confirmOwnership: () => confirmOwnership(input),
      finished: (key, detail) => input.onFinished(connectorOf(key), detail),
      status: (key, state, trace) =>
        statusWriter.report({ connector: connectorOf(key), task: taskNumberOf(key) }, state, trace),
    },
    onReleased: (key, quiet) => {
      share.taskReleased(key, quiet);
      input.onReleased();
    },
    onReadOffset: (request) => void answerOffset(input, request),
    onWatchOffsets: (request) => void watches.begin(request),
    onSignalled: (answer) => signals.answered(answer),
    onRunEnded: (key, incarnation) => {
      watches.end(key, incarnation);
      signals.end(key);
    },
    onCopyOffsets: (request) => void copyOffsets(input, request),
  });
  const connectors = new LocalConnectors(
    {
      clock: systemClock,
      log,
      taskConfigs: (name, connectorConfig) =>
        makeTaskConfigs({ plugins, log, resolve: (given) => input.resolver.resolve(given) }, name, connectorConfig),
      publish: input.publish,
      status: (name, state, trace, detail) => {
        // An instance runs no code of its own between changes: RUNNING and FAILED are what its starts end in.
        if (state === 'RUNNING' || state === 'FAILED') connectorStartups.ended(state === 'RUNNING');
        statusWriter.report({ connector: name }, state, trace, detail);
      },
    },
    (name) => {
      share.connectorReleased(name);
      input.onReleased();
    },
  );
  const share = new LocalShare({
    membership,
    view,
    exactlyOnce: values.exactlyOnceSourceSupport === 'enabled',
    connectors,
    tasks,
    status: (id, state) => statusWriter.report(id, state),
  });
  signal.addEventListener('abort', () => share.abandonAll(), { once: true });
  return { share, tasks, connectors, statusWriter, connectorStartups, taskStartups, signals };
}

/**
 * Settles when everything was read that the config topic held when this was called, and a heartbeat that was sent after it was
 * answered: both together say that what this worker owned then it owned rightfully (algorithms, take-over of a task).
 */
async function confirmOwnership({ membership, readConfigToEnd, beatNow, signal }: LocalPartsInput): Promise<void> {
  const since = systemClock.now();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(takeOverMs)]);
  const beat = membership.beatAfter(since, deadline);
  beatNow();
  try {
    await Promise.all([readConfigToEnd(deadline), beat]);
  } catch (error) {
    throw ConnectorError.from(error, 'TAKE_OVER_UNCONFIRMED', 'the ownership of a task could not be confirmed');
  }
}

type CopyRequest = Extract<TaskEvent, { type: 'copy-offsets' }>;

async function copyOffsets({ offsetCopies, hosts, signal }: LocalPartsInput, request: CopyRequest): Promise<void> {
  const { id, request: number } = request;
  const records = request.records.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }));
  try {
    await offsetCopies.write(records, AbortSignal.any([signal, AbortSignal.timeout(copyMs)]));
    hosts.answerCopy(id, { request: number });
  } catch (error) {
    hosts.answerCopy(id, { request: number, error: error instanceof Error ? error.message : String(error) });
  }
}

type OffsetRequest = Extract<TaskEvent, { type: 'read-offset' }>;

/** The newest committed offset: the topic is read to its end after the task has fenced its predecessor, so nothing is missed. */
async function answerOffset({ offsets, hosts, signal }: LocalPartsInput, request: OffsetRequest): Promise<void> {
  const { id, request: number, key } = request;
  try {
    await offsets.readToEnd(AbortSignal.any([signal, AbortSignal.timeout(takeOverMs)]));
    hosts.answerOffset(id, { request: number, value: offsets.get(key) ?? null });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    hosts.answerOffset(id, { request: number, value: null, error: text });
  }
}
