import type { ColumnSchema } from '../../../connectors/table-schema.ts';
import { ByteWriter } from '../../byte-writer.ts';
import { jsonString } from '../../json/json-text.ts';
import type { ColumnPlan } from '../column-plan.ts';
import type { ConnectSchema } from '../connect-schema.ts';
import { hashText, type HashForm } from './hash-text.ts';
import { columnLength } from './source-size.ts';

/** What becomes of a column's values before they are written. */
export type Mask =
  /** Characters in the place of every value, of NULL as well. */
  | { readonly kind: 'constant'; readonly text: string }
  /** The salted hash of each value. */
  | ({ readonly kind: 'hash' } & HashForm)
  /** Not more than so many characters (bytes, of bytes). */
  | { readonly kind: 'truncation'; readonly length: number };

/** Types that Debezium masks and hashes (MaskStrings: the JDBC types of characters); citext on top, which it only says to mask. */
const CHARACTERS: ReadonlySet<string> = new Set(['char', 'bpchar', 'varchar', 'text', 'name', 'citext']);

/** The plan of a column under a mask; nothing changes for columns of a type that the mask is not for but the schema's mark. */
export function masked(plan: ColumnPlan, mask: Mask): ColumnPlan {
  if (mask.kind === 'truncation') {
    const { column } = plan;
    if (columnLength(column) <= mask.length) return plan;
    const marked = withParameter(plan, 'truncateLength', String(mask.length));
    const form = shortened(plan.schema, mask.length);
    return form === undefined ? marked : converted(marked, form);
  }
  const marked = withParameter(plan, 'masked', 'true');
  if (!holdsCharacters(plan.column)) return marked;
  if (mask.kind === 'hash') return converted(marked, hashed(plan.column, mask));
  const piece = Buffer.from(jsonString(mask.text), 'utf8');
  return {
    ...marked,
    encode: (out) => out.constant(piece),
    nullJson: piece,
    unavailableJson: piece,
    failedJson: piece,
  };
}

/** Whether the mask leaves values in clear that it was to hide; cutting hides nothing. */
export function leavesInClear({ column }: ColumnPlan, mask: Mask): boolean {
  return mask.kind !== 'truncation' && !holdsCharacters(column);
}

function holdsCharacters({ type, sourceType }: ColumnSchema): boolean {
  return type.kind === 'enum' || CHARACTERS.has(sourceType.base ?? sourceType.name);
}

function withParameter(plan: ColumnPlan, name: string, value: string): ColumnPlan {
  return { ...plan, schema: { ...plan.schema, parameters: { ...plan.schema.parameters, [name]: value } } };
}

/** JSON of a value to JSON of what stands for it. */
type Form = (json: string) => string;

/** The hash, not longer than the column may be. */
function hashed(column: ColumnSchema, mask: HashForm): Form {
  const length = columnLength(column);
  return (json) => jsonString(hashText(textOf(json), mask).slice(0, length));
}

/** Undefined: values of this schema have no length to cut. */
function shortened({ type, name }: ConnectSchema, length: number): Form | undefined {
  if (type === 'string') return (json) => jsonString(textOf(json).slice(0, length));
  if (type !== 'bytes' || name !== undefined) return undefined;
  return (json) => `"${Buffer.from(textOf(json), 'base64').subarray(0, length).toString('base64')}"`;
}

/** NULL of an optional column stays what it is; whatever is written in the place of a value counts as one. */
function converted(plan: ColumnPlan, form: Form): ColumnPlan {
  const scratch = new ByteWriter(256);
  const of = (json: Buffer): Buffer => (json.equals(NULL) ? json : Buffer.from(form(json.toString('utf8')), 'utf8'));
  return {
    ...plan,
    encode: (out, value) => {
      scratch.reset();
      plan.encode(scratch, value);
      out.text(form(scratch.bytes.toString('utf8', 0, scratch.at)));
    },
    nullJson: plan.column.optional ? plan.nullJson : of(plan.nullJson),
    unavailableJson: of(plan.unavailableJson),
  };
}

const NULL = Buffer.from('null', 'latin1');

/** The text that a JSON string stands for. */
function textOf(json: string): string {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'string') throw new TypeError(`a string was to be masked, not ${typeof value}`);
  return value;
}
