import { CUT_MS, isCutDue } from '../../snapshot/reading-pace.ts';

/** What was read of a chunk since the last commit, and when that is to be committed although the chunk has more. */
export class CopyPart {
  readonly #now: () => number;
  #sinceMs: number | undefined;
  #bytes = 0;
  #onDue: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Its time begins with the first of these bytes. */
  add(bytes: number): void {
    this.#sinceMs ??= this.#now();
    this.#bytes += bytes;
    if (this.#onDue !== undefined) this.#timer ??= setTimeout(this.#onDue, CUT_MS);
  }

  get isCutDue(): boolean {
    return isCutDue({ ms: this.#now() - (this.#sinceMs ?? this.#now()), bytes: this.#bytes });
  }

  /** The next bytes begin another part. */
  end(): void {
    this.#sinceMs = undefined;
    this.#bytes = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Does `work`; `onDue`: called for a part that has become due although no bytes come that could be looked at. */
  async watch(onDue: () => void, work: () => Promise<void>): Promise<void> {
    this.#onDue = onDue;
    try {
      await work();
    } finally {
      this.#onDue = undefined;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }
}
