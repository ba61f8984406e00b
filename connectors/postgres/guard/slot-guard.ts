import { ConnectorError } from '../../../errors/connector-error.ts';
import type { TaskLog } from '../../source-connector.ts';
import type { OtherSlot } from '../../source-progress.ts';
import type { Session } from '../connection/session.ts';
import type { Lsn } from '../lsn.ts';
import { errorText } from '../pg-errors.ts';
import type { OffsetSource } from '../position/stored-offset.ts';
import type { SourceFacts } from '../source-facts.ts';
import { GrowthRate } from './growth-rate.ts';
import { readServer, type OpenTransaction, type ServerReading, type SlotReading } from './server-reading.ts';
import { slotHold } from './slot-hold.ts';
import { judgeSlot, type SlotLimit, type SlotVerdict } from './slot-verdict.ts';

export interface SlotGuardParts {
  /** For queries. */
  readonly session: Session;
  readonly slotName: string;
  readonly limit: SlotLimit;
  readonly intervalMs: number;
  /** What the session was set up with; a server that is promoted meanwhile is looked at anew. */
  readonly source: OffsetSource;
  readonly facts: Pick<SourceFacts, 'sawHead' | 'sawSlot' | 'standing'>;
  /** False with lsn.flush.mode=manual or flush.lsn.source=false. */
  readonly confirms: boolean;
  readonly log: TaskLog;
}

/**
 * Asks at intervals where the server's log ends and what the slot keeps of it, and tells whoever looks at progress, metrics or
 * the log. The stream does not tell the end: a walsender's messages name how far it has decoded (PostgreSQL walsender.c,
 * WalSndKeepalive), and a stream that is held back is not read at all.
 */
export class SlotGuard {
  readonly #parts: SlotGuardParts;
  readonly #timer: NodeJS.Timeout;
  readonly #rate = new GrowthRate();
  readonly #failed = Promise.withResolvers<never>();
  #asking = false;
  #enforces = false;
  #told = 'ok';
  /** The oldest open transaction, and when it was seen first (performance.now()). */
  #oldest: { readonly transaction: OpenTransaction; readonly sinceMs: number } | undefined;

  constructor(parts: SlotGuardParts) {
    this.#parts = parts;
    this.#failed.promise.catch(() => undefined);
    this.#timer = setInterval(() => this.#ask(), parts.intervalMs);
    this.#ask();
  }

  /** From now on a slot that the task cannot go on with ends it: the promise rejects. Before, it is only told. */
  enforce(): Promise<never> {
    this.#enforces = true;
    return this.#failed.promise;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ask(): void {
    // One question at a time: an unwell server gets no more of them.
    if (this.#asking) return;
    this.#asking = true;
    const { session, slotName, log } = this.#parts;
    readServer(session, slotName)
      .then((reading) => this.#take(reading))
      // A session that is lost is noticed by those who need it.
      .catch((error: unknown) => log.debug({ error: errorText(error) }, 'the slot could not be looked at'))
      .finally(() => (this.#asking = false));
  }

  #take({ logEnd, timeline, own, oldest, others }: ServerReading): void {
    const { facts, slotName, limit, source, confirms } = this.#parts;
    facts.sawHead(logEnd);
    if (own?.restart != null) this.#rate.add(performance.now(), Number(logEnd - own.restart));
    const question = { name: slotName, slot: own, logEnd, limit, bytesPerSecond: this.#rate.bytesPerSecond };
    const { failure, ...judged } = judgeSlot(question);
    const open = this.#openFor(oldest);
    const heldBy =
      own === undefined ? null : slotHold({ slot: own, logEnd, oldest: open, standing: facts.standing(), confirms });
    const why = heldBy === null || judged.level === 'ok' ? [] : [`held back: ${heldBy.reason}`];
    const verdict = { ...judged, warnings: [...judged.warnings, ...why] };
    // A slot that is still to be made is no reason to worry.
    if (own !== undefined || this.#enforces) {
      this.#tell(verdict);
      facts.sawSlot({
        name: slotName,
        system: source.system,
        timeline,
        ...verdict,
        heldBy,
        checkedMs: Date.now(),
        others: others.map((slot) => otherSlot(slot, logEnd)),
      });
    }
    if (!this.#enforces) return;
    if (failure !== undefined) this.#failed.reject(new ConnectorError(failure.code, failure.message));
    else if (timeline !== (source.timeline ?? null))
      this.#failed.reject(
        new Error(`the timeline of the server is ${timeline ?? 'unknown'} now: the connection begins anew`),
      );
  }

  /** How long it has been open by the server, or as far as it was seen here. */
  #openFor(oldest: OpenTransaction | null): (OpenTransaction & { readonly openMs: number }) | null {
    if (oldest === null) {
      this.#oldest = undefined;
      return null;
    }
    const nowMs = performance.now();
    const { xid, kind } = this.#oldest?.transaction ?? {};
    const known = xid === oldest.xid && kind === oldest.kind ? this.#oldest : undefined;
    this.#oldest = known ?? { transaction: oldest, sinceMs: nowMs };
    return { ...oldest, openMs: Math.max(oldest.openMs ?? 0, nowMs - this.#oldest.sinceMs) };
  }

  #tell({ level, warnings, ...figures }: SlotVerdict): void {
    if (level === this.#told) return;
    this.#told = level;
    const { log, slotName } = this.#parts;
    if (level === 'ok') log.info({ slot: slotName, ...figures }, 'the slot keeps no more log than it should, again');
    else log.warn({ slot: slotName, level, ...figures }, warnings.join('; '));
  }
}

function otherSlot({ name, database, active, restart, walStatus }: SlotReading, logEnd: Lsn): OtherSlot {
  const retainedBytes = restart === null ? null : Number(logEnd > restart ? logEnd - restart : 0n);
  return { name, database, active, retainedBytes, status: walStatus };
}
