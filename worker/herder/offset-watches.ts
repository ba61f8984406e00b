import type { OffsetStore } from '../../config-topics/offset-store.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';
import type { OffsetChange } from '../task-host/messages.ts';

export interface OffsetWatchesParts {
  readonly offsets: Pick<OffsetStore, 'readToEnd' | 'watch'>;
  readonly hosts: {
    answerOffset(id: string, answer: { request: number; value: string | null; error?: string }): void;
    offsetsChanged(id: string, message: { watch: number; changes: readonly OffsetChange[] }): void;
  };
  /** Longest that the offset topic may take to be read to its end, milliseconds. */
  readonly readMs: number;
  /** Aborted when the worker ends. */
  readonly signal: AbortSignal;
}

/**
 * So many go in one message: a snapshot of very many tables stores tens of thousands of offsets at once, and a message for each
 * of them would wait in memory for the host.
 */
const CHANGES_AT_ONCE = 500;

type WatchRequest = Extract<TaskEvent, { type: 'watch-offsets' }>;

/** What the tasks on this worker want to know of stored offsets as they change; ends with the run of the task that asked. */
export class OffsetWatches {
  readonly #parts: OffsetWatchesParts;
  readonly #ends = new Map<string, Set<() => void>>();

  constructor(parts: OffsetWatchesParts) {
    this.#parts = parts;
  }

  /** Answered once everything was told that the topic held when this was called. */
  async begin({ id, incarnation, request, connector, prefix }: WatchRequest): Promise<void> {
    const { offsets, hosts, readMs, signal } = this.#parts;
    const run = `${id} ${incarnation}`;
    const ends = this.#ends.get(run) ?? new Set();
    this.#ends.set(run, ends);
    try {
      await offsets.readToEnd(AbortSignal.any([signal, AbortSignal.timeout(readMs)]));
      // The run may have ended meanwhile.
      if (this.#ends.get(run) !== ends) return;
      const told = new ToldChanges((changes) => hosts.offsetsChanged(id, { watch: request, changes }));
      const unwatch = offsets.watch(connector, prefix, (key, value) => told.add([key, value]));
      ends.add(() => {
        unwatch();
        told.drop();
      });
      told.flush();
      hosts.answerOffset(id, { request, value: null });
    } catch (error) {
      hosts.answerOffset(id, { request, value: null, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** The run is over. */
  end(id: string, incarnation: string): void {
    const run = `${id} ${incarnation}`;
    for (const end of this.#ends.get(run) ?? []) end();
    this.#ends.delete(run);
  }
}

/** Changes on their way to a host: what came in one turn of the event loop goes there together. */
class ToldChanges {
  readonly #send: (changes: readonly OffsetChange[]) => void;
  #waiting: OffsetChange[] = [];
  #soon: NodeJS.Immediate | undefined;

  constructor(send: (changes: readonly OffsetChange[]) => void) {
    this.#send = send;
  }

  add(change: OffsetChange): void {
    this.#waiting.push(change);
    if (this.#waiting.length >= CHANGES_AT_ONCE) this.flush();
    else this.#soon ??= setImmediate(() => this.flush());
  }

  flush(): void {
    const waiting = this.#waiting;
    this.drop();
    if (waiting.length > 0) this.#send(waiting);
  }

  drop(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#waiting = [];
  }
}
