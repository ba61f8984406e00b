import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import type { SourceRecord } from '../connectors/source-record.ts';
import { list } from '../settings/kinds.ts';
import { layout, replaceNullWithDefault } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { requireMap, requireStruct } from './requirements.ts';
import { schemaBasics, structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldAt, fieldsOf } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'field replacement';

/** `a:b` as its two names; undefined when it is something else. Empty parts at the end do not count (String.split). */
function renaming(entry: string): readonly [string, string] | undefined {
  const parts = entry.replace(/:+$/, '').split(':');
  const [from, to] = parts;
  return parts.length === 2 && from !== undefined && to !== undefined ? [from, to] : undefined;
}

const settings = {
  exclude: list('exclude', {
    ...layout,
    default: '',
    documentation: 'Fields to leave out. Goes before `include`.',
  }),
  include: list('include', { ...layout, default: '', documentation: 'If given, only these fields stay.' }),
  renames: list('renames', {
    ...layout,
    default: '',
    documentation: 'New names, as `old:new`.',
    check: (entries) => {
      const wrong = entries.find((entry) => renaming(entry) === undefined);
      return wrong === undefined ? undefined : `Invalid rename mapping: ${wrong}`;
    },
  }),
  replaceNullWithDefault,
};

/** The schema that results and, for each of its fields, the place that its value comes from. */
interface Replacement {
  readonly schema: Schema;
  readonly places: readonly number[];
}

/** Leaves fields out of the key or value, and renames others. */
class ReplaceField implements Transform {
  readonly #part: RecordPart;
  readonly #exclude: ReadonlySet<string>;
  readonly #include: ReadonlySet<string>;
  readonly #renames: ReadonlyMap<string, string>;
  readonly #withDefault: boolean;
  readonly #replacements = new SchemaCache((schema) => this.#replacement(schema));

  constructor(config: PluginConfig, part: RecordPart) {
    const values = parsedConfig(settings, config);
    this.#part = part;
    this.#exclude = new Set(values.exclude);
    this.#include = new Set(values.include);
    this.#renames = new Map(values.renames.flatMap((entry) => [renaming(entry) ?? []].filter(isPair)));
    this.#withDefault = values.replaceNullWithDefault;
  }

  apply(record: SourceRecord): SourceRecord {
    const value = valueOf(record, this.#part);
    if (value === null) return record;
    const schema = schemaOf(record, this.#part);
    if (schema === null) {
      const updated = new Map<Value, Value>();
      for (const [key, entry] of requireMap(value, purpose))
        if (typeof key === 'string' && this.#stays(key)) updated.set(this.#renamed(key), entry);
      return withPart(record, this.#part, null, updated);
    }
    const struct = requireStruct(value, schema, purpose);
    const { schema: updated, places } = this.#replacements.of(schema);
    const values = places.map((place) => fieldAt(struct, place, this.#withDefault));
    return withPart(record, this.#part, updated, new Struct(updated, values));
  }

  #stays(name: string): boolean {
    return !this.#exclude.has(name) && (this.#include.size === 0 || this.#include.has(name));
  }

  #renamed(name: string): string {
    return this.#renames.get(name) ?? name;
  }

  #replacement(schema: Schema): Replacement {
    const kept = fieldsOf(schema).flatMap((field, place) => (this.#stays(field.name) ? [{ field, place }] : []));
    const fields = kept.map(({ field }) => ({ ...field, name: this.#renamed(field.name) }));
    return { schema: structSchema(fields, schemaBasics(schema)), places: kept.map(({ place }) => place) };
  }
}

function isPair(entry: readonly string[]): entry is readonly [string, string] {
  return entry.length === 2;
}

export const replaceField = keyAndValue({
  simpleName: 'ReplaceField',
  settings,
  create: (config, part) => new ReplaceField(config, part),
});
