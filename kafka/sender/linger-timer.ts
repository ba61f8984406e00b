import type { PartitionQueue } from './partition-queue.ts';

// Timers may fire up to a millisecond early on the performance clock.
const TOLERANCE_MS = 1;

/** Wakes the partitions whose open batch has waited for more records long enough: one timer for all of them. */
export class LingerTimer {
  readonly #lingerMs: number;
  readonly #onDue: (queues: readonly PartitionQueue[]) => void;
  // In the order of their times, since all wait equally long.
  readonly #waiting = new Set<PartitionQueue>();
  #timer: NodeJS.Timeout | undefined;

  constructor(lingerMs: number, onDue: (queues: readonly PartitionQueue[]) => void) {
    this.#lingerMs = lingerMs;
    this.#onDue = onDue;
  }

  /** The partition began a batch. */
  start(queue: PartitionQueue): void {
    queue.leavesAt = performance.now() + this.#lingerMs;
    this.#waiting.delete(queue);
    this.#waiting.add(queue);
    this.#timer ??= setTimeout(() => this.#fire(), this.#lingerMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #fire(): void {
    this.#timer = undefined;
    const now = performance.now() + TOLERANCE_MS;
    const due: PartitionQueue[] = [];
    for (const queue of this.#waiting) {
      if (queue.leavesAt > now && queue.leavesAt !== Infinity) {
        this.#timer = setTimeout(() => this.#fire(), queue.leavesAt - now);
        break;
      }
      this.#waiting.delete(queue);
      if (queue.leavesAt === Infinity) continue; // left already: it was full, or a commit closed it
      queue.leavesAt = 0;
      due.push(queue);
    }
    this.#onDue(due);
  }
}
