import type { TaskSnapshot } from '../health/task-history.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';
import type { DesiredTask } from './desired-tasks.ts';
import { TaskSlot, type TaskSlotPort } from './task-slot.ts';

export interface LocalTasksOptions {
  readonly port: Omit<TaskSlotPort, 'onReleased'>;
  /** A task has stopped here; `quiet`: it may belong to somebody else by now. */
  readonly onReleased: (key: string, quiet: boolean) => void;
  /** Answers a task's question for a stored offset. */
  readonly onReadOffset: (request: Extract<TaskEvent, { type: 'read-offset' }>) => void;
  /** Tells a task of offsets as they change. */
  readonly onWatchOffsets: (request: Extract<TaskEvent, { type: 'watch-offsets' }>) => void;
  /** A task has answered a signal. */
  readonly onSignalled: (answer: Extract<TaskEvent, { type: 'signalled' }>) => void;
  /** The run of a task is over. */
  readonly onRunEnded: (key: string, incarnation: string) => void;
  /** Takes copies of offsets for the worker's topic. */
  readonly onCopyOffsets: (request: Extract<TaskEvent, { type: 'copy-offsets' }>) => void;
}

/** The tasks on this worker: brings what runs into line with what is to run, task by task, none waiting for another. */
export class LocalTasks {
  readonly #options: LocalTasksOptions;
  readonly #slots = new Map<string, TaskSlot>();

  constructor(options: LocalTasksOptions) {
    this.#options = options;
  }

  /** From now on exactly these are to run here. */
  reconcile(desired: ReadonlyMap<string, DesiredTask>): void {
    for (const key of desired.keys()) if (!this.#slots.has(key)) this.#slots.set(key, this.#slot(key));
    for (const [key, slot] of this.#slots) {
      slot.want(desired.get(key));
      if (slot.empty) this.#slots.delete(key);
    }
  }

  /** The membership is lost: everything stops at once and without a trace. */
  abandonAll(): void {
    for (const slot of this.#slots.values()) slot.abandon();
  }

  /** Answers whether the task is here. */
  restart(key: string): boolean {
    const slot = this.#slots.get(key);
    slot?.restart();
    return slot !== undefined;
  }

  receive(event: TaskEvent): void {
    if (event.type === 'read-offset') this.#options.onReadOffset(event);
    else if (event.type === 'watch-offsets') this.#options.onWatchOffsets(event);
    else if (event.type === 'copy-offsets') this.#options.onCopyOffsets(event);
    else if (event.type === 'signalled') this.#options.onSignalled(event);
    else {
      if (event.type === 'stopped' || event.type === 'failed' || event.type === 'paused')
        this.#options.onRunEnded(event.id, event.incarnation);
      this.#slots.get(event.id)?.receive(event);
    }
  }

  /** All that is known of the tasks here, by key. */
  get snapshots(): ReadonlyMap<string, TaskSnapshot> {
    return new Map([...this.#slots].map(([key, slot]) => [key, slot.snapshot]));
  }

  /** Tasks that a host may still be working on. */
  get held(): string[] {
    return [...this.#slots.values()].filter((slot) => slot.held).map((slot) => slot.key);
  }

  #slot(key: string): TaskSlot {
    const onReleased = (released: string, quiet: boolean): void => {
      this.#options.onReleased(released, quiet);
    };
    return new TaskSlot(key, { ...this.#options.port, onReleased });
  }
}
