import { z } from 'zod';
import type { TaskLog } from '../source-connector.ts';
import type { Session } from './connection/session.ts';
import { errorText } from './pg-errors.ts';

const answer = z.array(z.object({ xmin: z.coerce.number().nullable() }));

export interface SlotXminParts {
  readonly session: Pick<Session, 'query'>;
  readonly slotName: string;
  readonly intervalMs: number;
  readonly log: TaskLog;
}

/** Looks at intervals how far back the slot keeps rows of the catalog (`catalog_xmin`): `source.xmin` of the records. */
export class SlotXmin {
  readonly #parts: SlotXminParts;
  #timer: NodeJS.Timeout | undefined;
  #value: number | undefined;
  #isAsking = false;

  constructor(parts: SlotXminParts) {
    this.#parts = parts;
  }

  /** As it was looked at last. */
  get value(): number | undefined {
    return this.#value;
  }

  /** Settles once it has been looked at. */
  async start(): Promise<void> {
    await this.#ask();
    this.#timer = setInterval(() => void this.#askAgain(), this.#parts.intervalMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #askAgain(): Promise<void> {
    // One question at a time: an unwell server gets no more of them.
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      await this.#ask();
    } catch (error) {
      // A session that is lost is noticed by those who need it.
      this.#parts.log.debug({ error: errorText(error) }, 'xmin of the slot could not be looked at');
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(): Promise<void> {
    const { session, slotName } = this.#parts;
    const text = 'SELECT catalog_xmin::text AS xmin FROM pg_catalog.pg_replication_slots WHERE slot_name = $1';
    const [row] = answer.parse(await session.query(text, [slotName]));
    this.#value = row?.xmin ?? undefined;
  }
}
