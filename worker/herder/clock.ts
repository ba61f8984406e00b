import { monotonicMs } from '../../kafka/monotonic-ms.ts';

/** Time as the herder sees it; tests have one that they control. */
export interface Clock {
  /** Milliseconds of CLOCK_MONOTONIC. */
  now(): number;
  /** Calls once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: monotonicMs,
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
