import type { OffsetStore } from '../../config-topics/offset-store.ts';
import type { TaskEvent } from '../supervisor/task-hosts.ts';

export interface OffsetWatchesParts {
  readonly offsets: Pick<OffsetStore, 'readToEnd' | 'watch'>;
  readonly hosts: {
    answerOffset(id: string, answer: { request: number; value: string | null; error?: string }): void;
    offsetChanged(id: string, change: { watch: number; key: string; value: string | null }): void;
  };
  /** Longest that the offset topic may take to be read to its end, milliseconds. */
  readonly readMs: number;
  /** Aborted when the worker ends. */
  readonly signal: AbortSignal;
}

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
      ends.add(
        offsets.watch(connector, prefix, (key, value) => hosts.offsetChanged(id, { watch: request, key, value })),
      );
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
