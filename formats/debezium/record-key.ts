import type { RowChange } from '../../connectors/change-event.ts';
import { NULL_FIELD, UNAVAILABLE_FIELD, type RowImage } from '../../connectors/row-image.ts';
import { ByteWriter } from '../byte-writer.ts';
import type { ColumnPlan } from './column-plan.ts';
import { schemaJson, type ConnectSchema } from './connect-schema.ts';
import { headerText } from './header-text.ts';
import { StructEncoder, type FailureHandling, type StructForm } from './struct-encoder.ts';

const CLOSE = 0x7d;
/** Written and read within one call: one for all tables, of which there may be very many. */
const SCRATCH = new ByteWriter(256);

/** `text`: as SimpleHeaderConverter writes keys; `json`: as in the key itself, to be read back. */
export type HeaderForm = 'text' | 'json';

export interface KeyOptions {
  readonly schema: ConnectSchema | undefined;
  readonly failures: FailureHandling;
  readonly headerForm?: HeaderForm;
  /** What says which table the key is of; undefined: nothing. */
  readonly identifier?: StructForm['last'];
}

/** Keys of one table: how they are written, compared and named in headers. */
export class RecordKey {
  readonly #plans: readonly ColumnPlan[];
  readonly #prefix: Buffer | undefined;
  readonly #payload: StructEncoder;
  readonly #header: StructEncoder;
  readonly #headerForm: HeaderForm;

  /** `schema`: written in front of each key; undefined without schemas. */
  constructor(plans: readonly ColumnPlan[], { schema, failures, headerForm = 'text', identifier }: KeyOptions) {
    this.#plans = plans;
    this.#headerForm = headerForm;
    this.#prefix = schema === undefined ? undefined : Buffer.from(`{"schema":${schemaJson(schema)},"payload":`);
    this.#payload = new StructEncoder(plans, failures, { last: identifier });
    const form = headerForm === 'text' ? 'header' : 'payload';
    this.#header = new StructEncoder(plans, failures, { form, last: identifier });
  }

  write(out: ByteWriter, image: RowImage): void {
    if (this.#prefix === undefined) {
      this.#payload.write(out, image);
    } else {
      out.constant(this.#prefix);
      this.#payload.write(out, image);
      out.byte(CLOSE);
    }
  }

  /**
   * Whether the key changed. A key column that `before` cannot know (the replica identity is an index over other columns) or
   * that was not sent (unchanged TOAST) counts as unchanged. Texts that differ may still be one value (1.0 and 1.00), so
   * then the keys as written decide.
   */
  changed({ before, partialBefore }: Pick<RowChange, 'before' | 'partialBefore'>, after: RowImage): boolean {
    if (before === null) return false;
    let differ = false;
    for (const { index } of this.#plans) {
      const old = lengthOf(before, index);
      const fresh = lengthOf(after, index);
      if (old === UNAVAILABLE_FIELD || fresh === UNAVAILABLE_FIELD || (partialBefore && old === NULL_FIELD))
        return false;
      differ ||= old !== fresh || !sameBytes(before, after, index);
    }
    if (!differ) return false;
    const out = SCRATCH;
    out.reset();
    this.#payload.write(out, before);
    const middle = out.at;
    this.#payload.write(out, after);
    return out.bytes.compare(out.bytes, middle, out.at, 0, middle) !== 0;
  }

  /** The key as the value of a header. */
  headerValue(image: RowImage): Buffer {
    const out = SCRATCH;
    out.reset();
    this.#header.write(out, image);
    const json = out.bytes.toString('utf8', 0, out.at);
    return Buffer.from(this.#headerForm === 'text' ? headerText(json) : json, 'utf8');
  }
}

function lengthOf(image: RowImage, column: number): number {
  return image.fields[image.at + 2 * column + 1] ?? NULL_FIELD;
}

/** For values of the same length. */
function sameBytes(before: RowImage, after: RowImage, column: number): boolean {
  const length = lengthOf(before, column);
  const old = before.fields[before.at + 2 * column] ?? 0;
  const fresh = after.fields[after.at + 2 * column] ?? 0;
  for (let i = 0; i < length; i++) if (before.bytes[old + i] !== after.bytes[fresh + i]) return false;
  return true;
}
