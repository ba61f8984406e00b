import type { ConfigSnapshot } from '../../config-topics/config-snapshot.ts';
import type { TaskLog } from '../../connectors/source-connector.ts';
import type { Clock } from './clock.ts';
import { sameConfig } from './config-equality.ts';

export interface FinishedConnectorsParts {
  readonly clock: Clock;
  readonly log: TaskLog;
  readonly view: () => ConfigSnapshot;
  /** Has the leader stop a connector; settles once that is in the config topic. */
  readonly finish: (name: string, detail: string) => Promise<void>;
  readonly signal: AbortSignal;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/**
 * Connectors whose tasks have said that there is nothing more to do: has each of them stopped, as often as it takes. A worker
 * that dies meanwhile leaves nothing behind: the task is started elsewhere, and says the same again.
 */
export class FinishedConnectors {
  readonly #parts: FinishedConnectorsParts;
  readonly #stopping = new Set<string>();

  constructor(parts: FinishedConnectorsParts) {
    this.#parts = parts;
  }

  /** `detail`: why, for operators. */
  stop(name: string, detail: string): void {
    if (this.#stopping.has(name)) return;
    this.#stopping.add(name);
    const config = this.#parts.view().connectors.get(name)?.config ?? {};
    void this.#stop({ name, detail, config }, 0);
  }

  async #stop(
    wanted: { readonly name: string; readonly detail: string; readonly config: Readonly<Record<string, string>> },
    failures: number,
  ): Promise<void> {
    const { clock, log, view, finish, signal } = this.#parts;
    const { name, detail, config } = wanted;
    const now = view().connectors.get(name);
    // With another configuration there may be something to do again.
    const isDue = now !== undefined && now.targetState !== 'STOPPED' && sameConfig(now.config, config);
    if (!isDue || signal.aborted) {
      this.#stopping.delete(name);
      return;
    }
    try {
      await finish(name, detail);
      log.info({ connector: name, detail }, 'connector: finished, and stopped');
      this.#stopping.delete(name);
    } catch (error) {
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 30), LONGEST_WAIT_MS);
      log.warn({ connector: name, err: error, nextAttemptMs: waitMs }, 'connector: could not be stopped at its end');
      const cancel = clock.after(waitMs, () => void this.#stop(wanted, failures + 1));
      signal.addEventListener('abort', cancel, { once: true });
    }
  }
}
