import type { StatusId, Status, StatusState } from '../../config-topics/records/status-record.ts';
import type { Membership } from './membership.ts';

/** Writes of statuses; sent in the background, tried again until they are in the topic. */
export interface StatusSink {
  put(id: StatusId, status: Status): void;
  /** Written only over an own status or one of an older generation. */
  putSafe(id: StatusId, status: Status): void;
}

interface Report {
  readonly id: StatusId;
  readonly state: StatusState;
  readonly trace: string | null;
  readonly detail: string | undefined;
}

/** States that a worker which was thought dead must not write over those of its successor. */
const safe: ReadonlySet<StatusState> = new Set(['UNASSIGNED', 'FAILED']);

/**
 * Writes the statuses of what runs here, as long as the group cannot have given it to another worker. What is reported while
 * that is uncertain waits for the next good heartbeat, and is dropped when the membership turns out to be lost: so a worker
 * that wakes up writes nothing over its successor's statuses, which it has not read yet.
 */
export class StatusWriter {
  readonly #membership: Membership;
  readonly #sink: StatusSink;
  readonly #workerId: string;
  readonly #redact: (text: string) => string;
  readonly #versionOf: (connector: string) => string | null;
  readonly #waiting = new Map<string, Report>();

  constructor(parts: {
    readonly membership: Membership;
    readonly sink: StatusSink;
    readonly workerId: string;
    /** A trace without secrets. */
    readonly redact?: (text: string) => string;
    /** Version of a connector's class. */
    readonly versionOf: (connector: string) => string | null;
  }) {
    this.#membership = parts.membership;
    this.#sink = parts.sink;
    this.#workerId = parts.workerId;
    this.#versionOf = parts.versionOf;
    this.#redact = parts.redact ?? ((text) => text);
  }

  report(id: StatusId, state: StatusState, trace: string | null = null, detail?: string): void {
    const report = { id, state, trace, detail };
    const key = JSON.stringify([id.connector, id.task]);
    this.#waiting.delete(key);
    if (this.#membership.certain()) this.#write(report);
    else if (this.#membership.session !== undefined) this.#waiting.set(key, report);
  }

  /** The membership was confirmed. */
  confirmed(): void {
    if (this.#waiting.size === 0 || !this.#membership.certain()) return;
    const reports = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const report of reports) this.#write(report);
  }

  /** The membership was lost. */
  drop(): void {
    this.#waiting.clear();
  }

  #write({ id, state, trace, detail }: Report): void {
    const status: Status = {
      state,
      trace: trace === null ? null : this.#redact(trace),
      workerId: this.#workerId,
      generation: this.#membership.session?.generation ?? 0,
      version: this.#versionOf(id.connector),
      ...(detail === undefined ? {} : { detail }),
    };
    if (safe.has(state)) this.#sink.putSafe(id, status);
    else this.#sink.put(id, status);
  }
}
