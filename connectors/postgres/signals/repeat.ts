import { pause } from '../pause.ts';

export interface Repetition {
  readonly signal: AbortSignal;
  /** Time between two times. */
  readonly everyMs: number;
  /** Told why one time failed; not of what the end of it all breaks off. */
  readonly onFailure: (error: unknown) => void;
}

/** Does something again and again until the signal aborts, whether it fails or not. */
export async function repeat(work: () => Promise<void>, { signal, everyMs, onFailure }: Repetition): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await work();
    } catch (error) {
      if (!isOver()) onFailure(error);
    }
    await pause(everyMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}
