import type { TaskLog } from '../../connectors/source-connector.ts';
import { traceText } from '../../errors/trace-text.ts';
import type { Clock } from './clock.ts';
import type { ConnectorConfigState } from '../../config-topics/config-snapshot.ts';
import type { TargetState } from '../../config-topics/records/target-state-record.ts';
import { sameConfig, sameConfigs, type Config } from './config-equality.ts';

/** What a connector's instance needs of its surroundings. */
export interface ConnectorSlotPort {
  readonly clock: Clock;
  readonly log: TaskLog;
  /** The task configurations that the connector's code makes of a configuration. */
  taskConfigs(name: string, config: Config): Promise<Config[]>;
  /** Has the leader write a set of tasks; settles once it is in the config topic. */
  publish(name: string, configs: readonly Config[], signal: AbortSignal): Promise<void>;
  status(name: string, state: 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED', trace?: string, detail?: string): void;
}

/** Connect's own pace for publishing again. */
const firstWaitMs = 250;
const longestWaitMs = 60_000;

interface Generated {
  readonly config: Config;
  readonly tasks: readonly Config[];
}

/**
 * A connector's instance on the worker that owns it: keeps the published set of tasks equal to the one that the connector
 * makes of its newest configuration. It runs no code of its own between changes.
 */
export class ConnectorSlot {
  readonly #name: string;
  readonly #port: ConnectorSlotPort;
  #view: ConnectorConfigState | undefined;
  #config: Config | undefined;
  #target: TargetState | undefined;
  #generated: Generated | undefined;
  /** Ends what belongs to a configuration that is no longer wanted. */
  #abort = new AbortController();
  #publishing = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(name: string, port: ConnectorSlotPort) {
    this.#name = name;
    this.#port = port;
  }

  /** What the config topic says now. */
  want(view: ConnectorConfigState): void {
    this.#view = view;
    if (this.#config !== view.config || this.#target !== view.targetState) void this.#bringUp(view);
    else this.#publishSoon();
  }

  /** By hand; settles when the connector has started. Rejects with why it could not. */
  async restart(): Promise<void> {
    if (this.#view === undefined) return;
    const failure = await this.#bringUp(this.#view);
    if (failure !== undefined) throw failure;
  }

  /** The worker does not own it any more. */
  close(): void {
    this.#startOver();
  }

  #startOver(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#publishing = false;
    this.#failures = 0;
    this.#generated = undefined;
  }

  /** Answers the failure, which is in the status too. */
  async #bringUp(view: ConnectorConfigState): Promise<Error | undefined> {
    this.#startOver();
    const { signal } = this.#abort;
    this.#config = view.config;
    this.#target = view.targetState;
    if (view.targetState !== 'STARTED') {
      this.#port.status(this.#name, view.targetState, undefined, view.targetDetail);
      return undefined;
    }
    try {
      const tasks = await this.#port.taskConfigs(this.#name, view.config);
      if (signal.aborted) return undefined;
      this.#generated = { config: view.config, tasks };
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      if (signal.aborted) return failure;
      // The tasks that run go on undisturbed with the configuration that they have.
      this.#port.log.error({ connector: this.#name, err: failure }, 'connector failed: no tasks could be made');
      this.#port.status(this.#name, 'FAILED', traceText(failure));
      return failure;
    }
    this.#port.status(this.#name, 'RUNNING');
    this.#publishWhatDiffers();
    return undefined;
  }

  /**
   * When the published tasks change under a configuration that does not: a stop takes the tasks away first and says so in
   * the next record, so what differs is looked at once more a moment later.
   */
  #publishSoon(): void {
    if (this.#cancelRetry !== undefined || this.#publishing || !this.#differs()) return;
    this.#cancelRetry = this.#port.clock.after(firstWaitMs, () => {
      this.#cancelRetry = undefined;
      this.#publishWhatDiffers();
    });
  }

  #differs(): boolean {
    const view = this.#view;
    const generated = this.#generated;
    if (view === undefined || generated === undefined) return false;
    const applied = view.appliedConfig !== undefined && sameConfig(view.appliedConfig, generated.config);
    return !applied || !sameConfigs(view.tasks, generated.tasks);
  }

  #publishWhatDiffers(): void {
    const generated = this.#generated;
    if (generated === undefined || this.#publishing || this.#cancelRetry !== undefined || !this.#differs()) return;
    this.#publishing = true;
    const { signal } = this.#abort;
    this.#port.publish(this.#name, generated.tasks, signal).then(
      () => {
        if (signal.aborted) return;
        this.#publishing = false;
        this.#failures = 0;
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.#publishing = false;
        this.#retryLater(error);
      },
    );
  }

  #retryLater(error: unknown): void {
    const waitMs = Math.min(firstWaitMs * 2 ** Math.min(this.#failures, 30), longestWaitMs);
    this.#failures += 1;
    this.#port.log.warn(
      { connector: this.#name, err: error, nextAttemptMs: waitMs },
      'connector: task configurations could not be published',
    );
    this.#cancelRetry = this.#port.clock.after(waitMs, () => {
      this.#cancelRetry = undefined;
      this.#publishWhatDiffers();
    });
  }
}
