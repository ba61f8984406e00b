import { ConnectorError } from '../../errors/connector-error.ts';
import { NULL_FIELD, type RowImage } from '../../connectors/row-image.ts';
import { ByteWriter } from '../byte-writer.ts';
import { jsonString } from '../json/json-text.ts';
import { memberPrefix, type ColumnPlan } from './column-plan.ts';
import { UnrepresentableValue, type ValueEncoder } from './values/value-type.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;

/** What happens to a value that has no form. */
export interface FailureHandling {
  /** Name of the table for messages. */
  readonly table: string;
  readonly stops: boolean;
  /** Is told about values that become null, once per column. */
  readonly warn: (message: string) => void;
}

interface Member {
  readonly prefix: Buffer;
  readonly plan: ColumnPlan;
  readonly encode: ValueEncoder;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** A value's range, filled again for every value of every row. */
class Cursor {
  bytes = NOTHING;
  start = 0;
  end = 0;
}

export interface StructForm {
  /** As in a payload (default) or in a header. */
  readonly form?: 'payload' | 'header';
  /** A text behind the columns, the same in every row. */
  readonly last?: { readonly field: string; readonly value: string } | undefined;
}

/** Writes some columns of a row image as one JSON object, in the order of the plans. */
export class StructEncoder {
  readonly #members: readonly Member[];
  readonly #failures: FailureHandling;
  readonly #cursor = new Cursor();
  #warned: Set<ColumnPlan> | undefined;
  readonly #last: Buffer | undefined;
  #scratch: ByteWriter | undefined;

  constructor(plans: readonly ColumnPlan[], failures: FailureHandling, { form = 'payload', last }: StructForm = {}) {
    this.#members = plans.map((plan, position) => ({
      prefix: memberPrefix(plan.field, position === 0),
      plan,
      encode: form === 'header' ? plan.encodeInHeader : plan.encode,
    }));
    this.#failures = failures;
    if (last !== undefined)
      this.#last = Buffer.concat([memberPrefix(last.field, plans.length === 0), Buffer.from(jsonString(last.value))]);
  }

  write(out: ByteWriter, { bytes, fields, at }: RowImage): void {
    const cursor = this.#cursor;
    const members = this.#members;
    cursor.bytes = bytes;
    out.byte(OPEN);
    for (let i = 0; i < members.length; i++) {
      const member = members[i];
      if (member === undefined) break;
      out.constant(member.prefix);
      const slot = at + 2 * member.plan.index;
      const length = fields[slot + 1] ?? NULL_FIELD;
      if (length >= 0) {
        const start = fields[slot] ?? 0;
        cursor.start = start;
        cursor.end = start + length;
        const before = out.at;
        try {
          member.encode(out, cursor);
        } catch (error) {
          out.at = before;
          this.#failed(out, member.plan, error);
        }
      } else out.constant(length === NULL_FIELD ? member.plan.nullJson : member.plan.unavailableJson);
    }
    if (this.#last !== undefined) out.constant(this.#last);
    out.byte(CLOSE);
  }

  /** Names of the fields in which columns of the table are written. */
  fieldsOf(columns: readonly number[]): string[] {
    return this.#members.flatMap(({ plan }) => (columns.includes(plan.index) ? [plan.field] : []));
  }

  /** Whether two images are written as the same bytes. */
  alike(one: RowImage, other: RowImage): boolean {
    const out = (this.#scratch ??= new ByteWriter(1024));
    out.reset();
    this.write(out, one);
    const middle = out.at;
    this.write(out, other);
    return out.bytes.compare(out.bytes, middle, out.at, 0, middle) === 0;
  }

  #failed(out: ByteWriter, plan: ColumnPlan, error: unknown): void {
    if (!(error instanceof UnrepresentableValue)) throw error;
    const message = `column ${plan.column.name} of table ${this.#failures.table}: ${error.message}`;
    if (this.#failures.stops || plan.failedJson === undefined)
      throw new ConnectorError('VALUE_WITHOUT_FORM', message, { cause: error });
    const warned = (this.#warned ??= new Set());
    if (!warned.has(plan)) this.#failures.warn(message);
    warned.add(plan);
    out.constant(plan.failedJson);
  }
}
