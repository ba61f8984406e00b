import { choice, text } from '../settings/kinds.ts';
import { layout, replaceNullWithDefault } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { FieldPath } from './field-path.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { dataError, requireMapOrNull, requireStructOrNull } from './requirements.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'field extraction';

const settings = {
  field: text('field', { ...layout, required: true, documentation: 'Name of the field to extract.' }),
  replaceNullWithDefault,
  syntax: choice('field.syntax.version', ['V1', 'V2'], {
    ...layout,
    default: 'V1',
    importance: 'HIGH',
    documentation:
      'V1: `field` is a name. V2: it is a path, names with dots between them; a name that has dots itself stands in backticks.',
  }),
};

/** The key or value becomes one of its fields. */
class ExtractField implements Transform {
  readonly #part: RecordPart;
  readonly #name: string;
  readonly #path: FieldPath;
  readonly #withDefault: boolean;

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    this.#part = part;
    this.#name = values.field;
    this.#path = new FieldPath(values.field, values.syntax);
    this.#withDefault = values.replaceNullWithDefault;
  }

  apply: Transform['apply'] = (record) => {
    const schema = schemaOf(record, this.#part);
    const value = valueOf(record, this.#part);
    if (schema === null) {
      const map = requireMapOrNull(value, purpose);
      return withPart(record, this.#part, null, map === null ? null : this.#path.ofMap(map));
    }
    const struct = requireStructOrNull(value, schema, purpose);
    const field = this.#path.fieldOf(schema);
    if (field === undefined) throw dataError(`Unknown field: ${this.#name}`);
    const extracted = struct === null ? null : this.#path.ofStruct(struct, this.#withDefault);
    return withPart(record, this.#part, field.schema, extracted);
  };
}

export const extractField = keyAndValue({
  simpleName: 'ExtractField',
  settings,
  create: (config, part) => new ExtractField(config, part),
});
