import type { TaskLog } from '../connectors/source-connector.ts';
import type { ErrorCode } from '../errors/catalogue.ts';

/** Something about the cluster that an operator should see to, though this worker goes on. */
export interface ClusterWarning {
  readonly code: ErrorCode;
  /** The internal topic concerned. */
  readonly topic: string;
  readonly message: string;
  readonly first: Date;
  readonly last: Date;
  /** How often it was seen. */
  readonly count: number;
  /** True: the worker cannot do its work until somebody has acted; its health says so. */
  readonly unhealthy: boolean;
}

type Report = Pick<ClusterWarning, 'code' | 'topic' | 'message' | 'unhealthy'>;

/** More kinds than there can be by mistake; what comes beyond is counted under the last one of its code. */
const maxWarnings = 50;

/** What this worker has noticed about its cluster since it started: each thing once, with a count, and one line in the log. */
export class ClusterWarnings {
  readonly #log: TaskLog;
  readonly #now: () => Date;
  readonly #warnings = new Map<string, ClusterWarning>();

  constructor(log: TaskLog, now: () => Date = () => new Date()) {
    this.#log = log;
    this.#now = now;
  }

  report(report: Report): void {
    const key = JSON.stringify([report.code, report.topic, report.message]);
    const known = this.#warnings.get(key);
    if (known === undefined && this.#warnings.size >= maxWarnings) return;
    const last = this.#now();
    this.#warnings.set(key, { ...report, first: known?.first ?? last, last, count: (known?.count ?? 0) + 1 });
    if (known === undefined) this.#log.error({ code: report.code, topic: report.topic }, report.message);
  }

  /** In the order in which they were first seen. */
  get all(): readonly ClusterWarning[] {
    return [...this.#warnings.values()];
  }

  /** Why this worker cannot do its work; undefined when nothing is known against it. */
  get unhealthy(): string | undefined {
    const texts = this.all.filter(({ unhealthy }) => unhealthy).map(({ code, message }) => `${code}: ${message}`);
    return texts.length === 0 ? undefined : texts.join(' ');
  }
}
