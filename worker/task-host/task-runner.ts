import type { SourceConnector, SourceTask, TaskLog } from '../../connectors/source-connector.ts';
import type { TaskSignal } from '../../connectors/task-signal.ts';
import type { InternalTopic } from '../../config-topics/internal-topic.ts';
import { ConnectorError } from '../../errors/connector-error.ts';
import { traceText } from '../../errors/trace-text.ts';
import { connectorClientConfig } from '../../kafka/client-config.ts';
import { OwnOffsetStore } from '../offsets/own-offset-store.ts';
import { CopiedOffsets } from './copied-offsets.ts';
import type { PluginPath } from '../plugin-path/plugin-path.ts';
import type { Lease } from './lease.ts';
import type { TaskFailure, TaskOrder, TaskProgress } from './messages.ts';
import { Pipeline } from './pipeline.ts';
import { progressReport } from './progress-report.ts';
import { taskContext } from './task-context.ts';
import { TaskOffsets } from './task-offsets.ts';
import type { TaskLinks } from './task-links.ts';
import { openTaskOutput } from './task-output.ts';
import type { Sender, TopicSender } from '../../kafka/sender/sender.ts';

export interface RunnerParts {
  readonly id: string;
  readonly order: TaskOrder;
  readonly links: TaskLinks;
  readonly lease: Lease;
  readonly log: TaskLog;
  /** The plug-in that the order's class names. */
  readonly connector: SourceConnector;
  /** Where its transforms and converters may come from. */
  readonly plugins: PluginPath;
}

/** How a run is to end. */
type Ending = { readonly graceMs: number; readonly quiet: boolean };

/**
 * One incarnation of one task, from fencing its predecessor to its last message. It reports exactly one of `failed` or
 * `stopped` at its end, and commits nothing after the lease has run out.
 */
export class TaskRunner {
  readonly #parts: RunnerParts;
  readonly #abort = new AbortController();
  readonly #proceed = Promise.withResolvers<undefined>();
  #ending: Ending | undefined;
  #leaseLost = false;
  /** What the task has said of its end, having nothing more to do. */
  #finished: string | undefined;
  #pipeline: Pipeline<TopicSender> | undefined;
  #source: SourceTask | undefined;
  #sender: Sender | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#proceed.promise.catch(() => undefined);
  }

  get incarnation(): string {
    return this.#parts.order.incarnation;
  }

  /** Undefined before the task has begun. */
  get progress(): TaskProgress | undefined {
    return this.#pipeline === undefined ? undefined : progressReport(this.#pipeline, this.#source);
  }

  /** Rejects with SIGNAL_UNTIMELY or SIGNAL_INVALID. */
  async signal(signal: TaskSignal): Promise<void> {
    const source = this.#source;
    if (source === undefined) throw new ConnectorError('SIGNAL_UNTIMELY', 'the task has not begun');
    if (source.signal === undefined)
      throw new ConnectorError(
        'SIGNAL_INVALID',
        `connectors of the class ${this.#parts.connector.className} take no signals`,
      );
    await source.signal(signal);
  }

  /** Tells the worker which topics were written to since the last call; says nothing when there were none. */
  reportTopics(): void {
    const { id, order, links } = this.#parts;
    const acknowledged = this.#sender?.takeAcknowledgedTopics() ?? new Set<string>();
    const topics = [...acknowledged].filter((topic) => topic !== order.offsetsTopic);
    if (topics.length > 0) links.send({ type: 'wrote', id, incarnation: order.incarnation, topics });
  }

  /** The worker's answer to `fenced`. */
  proceed(): void {
    this.#proceed.resolve(undefined);
  }

  /** Ends the task: within `graceMs` what was read is committed; `quiet`: at once, without committing. */
  stop(ending: Ending): void {
    this.#ending ??= ending;
    this.#abort.abort();
    if (ending.quiet) this.#pipeline?.close();
  }

  /** The lease ran out: nothing more is written, the source is closed, and `failed` says why. */
  loseLease(): void {
    if (this.#ending !== undefined || this.#leaseLost) return;
    this.#leaseLost = true;
    this.#abort.abort();
    this.#pipeline?.close(
      new ConnectorError('LEASE_LOST', "the worker's membership of the group could not be confirmed in time"),
    );
  }

  /** Runs to the end and reports it; never rejects. */
  async run(): Promise<void> {
    const { id, links } = this.#parts;
    const { incarnation } = this.#parts.order;
    try {
      await this.#runTask();
      const detail = this.#ending === undefined ? this.#finished : undefined;
      links.send({ type: 'stopped', id, incarnation, ...(detail === undefined ? {} : { detail }) });
    } catch (error) {
      if (this.#ending !== undefined) {
        this.#parts.log.info(
          { reason: error instanceof Error ? error.message : String(error) },
          'task stopped before its last changes were committed',
        );
        links.send({ type: 'stopped', id, incarnation });
      } else {
        const reason = this.#leaseLost
          ? new ConnectorError('LEASE_LOST', 'the task stopped because its lease had run out', { cause: error })
          : error;
        links.send({ type: 'failed', id, incarnation, failure: failureOf(reason) });
      }
    }
  }

  async #runTask(): Promise<void> {
    const { id, order, links, lease, connector, plugins, log } = this.#parts;
    const output = await openTaskOutput({ order, connector, plugins, lease, log, signal: this.#abort.signal });
    const copied =
      output.ownOffsets === undefined
        ? undefined
        : new CopiedOffsets({
            output: output.sender,
            copy: (records) => links.copyOffsets(records),
            warn: (error) => log.warn({ err: String(error) }, "offsets were not copied to the worker's topic"),
          });
    try {
      if (output.plugins !== undefined)
        links.send({ type: 'loaded', id, incarnation: order.incarnation, plugins: output.plugins });
      links.send({ type: 'fenced', id, incarnation: order.incarnation });
      await abortable(this.#proceed.promise, this.#abort.signal);
      const pipeline = new Pipeline<TopicSender>({
        connector: order.connector,
        output: copied ?? output.sender,
        events: output.events,
        offsetsTopic: output.offsetsTopic,
        inFlightBytes: output.inFlightBytes,
        boundary: output.boundary,
      });
      this.#pipeline = pipeline;
      this.#sender = output.sender;
      await this.#runSource(pipeline, connector, this.#offsets(output.ownOffsets));
      await copied?.flush();
    } finally {
      this.#pipeline?.close();
      this.reportTopics();
      copied?.close();
      await output.close();
    }
  }

  #offsets(topic: InternalTopic | undefined): TaskOffsets {
    const { order, links, log } = this.#parts;
    const { connector, task, connectorConfig, offsetStorage } = order;
    if (topic === undefined) return new TaskOffsets({ connector, links, own: undefined });
    const worker = offsetStorage?.consumer ?? {};
    const consumer = connectorClientConfig({ kind: 'consumer', worker, connector, task, connectorConfig });
    return new TaskOffsets({ connector, links, own: () => new OwnOffsetStore({ topic, consumer, log }) });
  }

  async #runSource(pipeline: Pipeline<TopicSender>, connector: SourceConnector, offsets: TaskOffsets): Promise<void> {
    try {
      await this.#runToEnd(pipeline, connector, offsets);
    } finally {
      await offsets.close();
    }
  }

  async #runToEnd(pipeline: Pipeline<TopicSender>, connector: SourceConnector, offsets: TaskOffsets): Promise<void> {
    const { id, order, links, lease, log } = this.#parts;
    const source = new AbortController();
    const stop = (): void => source.abort();
    this.#abort.signal.addEventListener('abort', stop);
    if (this.#abort.signal.aborted) source.abort();
    const context = taskContext({
      order,
      pipeline,
      offsets,
      lease,
      log,
      signal: source.signal,
      started: () => links.send({ type: 'started', id, incarnation: order.incarnation }),
      finished: (detail) => (this.#finished = detail),
    });
    const task = connector.createTask(context);
    this.#source = task;
    const running = task.run();
    const failure = await Promise.race([running.then(() => undefined), pipeline.failed]);
    this.#abort.signal.removeEventListener('abort', stop);
    if (failure !== undefined) {
      // Kafka's side is over: the source must end too before anything else may start in its place.
      source.abort();
      await running.catch(() => undefined);
      throw failure;
    }
    if (this.#ending?.quiet === true)
      throw new ConnectorError('TASK_STOPPED', 'the task was stopped without committing');
    await withDeadline(pipeline.finish(), this.#ending?.graceMs ?? Infinity);
  }
}

function failureOf(error: unknown): TaskFailure {
  const failure = ConnectorError.from(error, 'INTERNAL', 'running the task');
  return {
    code: failure.code,
    message: failure.message,
    trace: traceText(failure),
    fencing: failure.code === 'FENCED' || failure.code === 'LEASE_LOST',
    retry: failure.retry,
  };
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void =>
    aborted.reject(new ConnectorError('TASK_STOPPED', 'the task was stopped before it began'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  if (!Number.isFinite(ms)) return promise;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ConnectorError('TASK_STOPPED', `the last changes were not committed within ${ms} ms`)),
    ms,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
