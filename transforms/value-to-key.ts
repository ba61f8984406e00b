import { Struct, type Schema, type Value } from '../connectors/connect-data.ts';
import { list } from '../settings/kinds.ts';
import { layout, notEmptyList, replaceNullWithDefault } from './common-settings.ts';
import { parsedConfig } from './configure.ts';
import { apacheTransform } from './plugin-definition.ts';
import { dataError, requireMap, requireStruct } from './requirements.ts';
import { structSchema } from './schema-building.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldAt, fieldIndex, fieldsOf } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const purpose = 'copying fields from value to key';

const settings = {
  fields: list('fields', {
    ...layout,
    required: true,
    importance: 'HIGH',
    check: notEmptyList,
    documentation: 'Fields of the value that make up the new key.',
  }),
  replaceNullWithDefault,
};

/** The key becomes a struct or map of some fields of the value. */
function toKey(config: PluginConfig): Transform {
  const { fields: names, replaceNullWithDefault: withDefault } = parsedConfig(settings, config);
  const keys = new SchemaCache((schema: Schema) => {
    const places = names.map((name) => fieldIndex(schema, name));
    const fields = places.map((place, index) => {
      const field = fieldsOf(schema)[place];
      if (field === undefined) throw dataError(`Field does not exist: ${names[index] ?? ''}`);
      return field;
    });
    return { schema: structSchema(fields), places };
  });
  return {
    apply: (record) => {
      const { value, valueSchema } = record;
      if (valueSchema === null) {
        const map = requireMap(value, purpose);
        const key = new Map(names.map((name): [Value, Value] => [name, map.get(name) ?? null]));
        return { ...record, keySchema: null, key };
      }
      const struct = requireStruct(value, valueSchema, purpose);
      const { schema, places } = keys.of(valueSchema);
      const key = new Struct(
        schema,
        places.map((place) => fieldAt(struct, place, withDefault)),
      );
      return { ...record, keySchema: schema, key };
    },
  };
}

export const valueToKey = apacheTransform({ simpleName: 'ValueToKey', settings, create: toKey });
