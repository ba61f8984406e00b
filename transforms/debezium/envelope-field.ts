import { Struct, type Schema, type Value } from '../../connectors/connect-data.ts';
import { SettingValueError } from '../../settings/setting.ts';
import { dataError } from '../requirements.ts';
import { fieldAt, fieldIndex, fieldsOf } from '../struct-fields.ts';

const ofTransaction = new Set(['id', 'data_collection_order', 'total_order']);
const ofEnvelope = new Set(['op', 'ts_ms', 'ts_us', 'ts_ns']);

/** A field of an envelope, `op`, `source.lsn` or `lsn:position`, and the name that it gets outside. */
export class EnvelopeField {
  readonly name: string;
  readonly newName: string;
  /** Undefined: of the envelope itself. */
  readonly #parent: string | undefined;

  /** Throws SettingValueError for an entry with more than one colon. */
  constructor(prefix: string, entry: string) {
    const [path = '', renamed, ...rest] = entry.split(':');
    if (rest.length > 0) throw new SettingValueError(`Unexpected field name: ${entry}`);
    const [first = '', second] = path.split('.');
    this.name = second ?? first;
    this.#parent = second === undefined ? parentOf(first) : first;
    this.newName = prefix + (renamed ?? (second === undefined ? first : `${first}_${second}`));
  }

  /** Its schema outside, where it is optional; undefined when the envelope has no such field. */
  schemaIn(envelope: Schema): Schema | undefined {
    const parent = this.#parentSchema(envelope);
    const found =
      fieldsOf(parent).find(({ name }) => name === this.name) ??
      fieldsOf(envelope).find(({ name }) => name === this.name);
    if (found === undefined) return undefined;
    // A default would stand in for what the envelope leaves out.
    const schema = { ...found.schema, optional: true };
    delete schema.default;
    return schema;
  }

  valueIn(envelope: Struct): Value {
    const parent = this.#parent === undefined ? envelope : (envelope.get(this.#parent) ?? null);
    if (!(parent instanceof Struct)) return null;
    const holder = fieldIndex(parent.schema, this.name) < 0 ? envelope : parent;
    return fieldAt(holder, fieldIndex(holder.schema, this.name), false);
  }

  #parentSchema(envelope: Schema): Schema {
    if (this.#parent === undefined) return envelope;
    const field = fieldsOf(envelope).find(({ name }) => name === this.#parent);
    if (field === undefined)
      throw dataError(`The envelope has no field '${this.#parent}', of which '${this.name}' is to be`);
    return field.schema;
  }
}

function parentOf(name: string): string | undefined {
  if (ofEnvelope.has(name)) return undefined;
  return ofTransaction.has(name) ? 'transaction' : 'source';
}
