import { Struct, type Schema } from '../connectors/connect-data.ts';
import { integer, text } from '../settings/kinds.ts';
import { layout, replaceNullWithDefault } from './common-settings.ts';
import { configError, parsedConfig } from './configure.ts';
import { keyAndValue } from './plugin-definition.ts';
import { schemaOf, valueOf, withPart, type RecordPart } from './record-part.ts';
import { dataError } from './requirements.ts';
import { SchemaCache } from './schema-cache.ts';
import { fieldValues } from './struct-fields.ts';
import type { PluginConfig, Transform } from './transform.ts';

const settings = {
  name: text('schema.name', {
    ...layout,
    optional: true,
    importance: 'HIGH',
    documentation: 'Name that the schema gets.',
  }),
  version: integer('schema.version', 'INT', {
    ...layout,
    optional: true,
    importance: 'HIGH',
    documentation: 'Version that the schema gets.',
  }),
  replaceNullWithDefault,
};

/** Gives the schema of the key or value another name, version or both. */
function setMetadata(config: PluginConfig, part: RecordPart): Transform {
  const { name, version, replaceNullWithDefault: withDefault } = parsedConfig(settings, config);
  if (name === null && version === null) throw configError('Neither schema name nor version configured');
  const schemas = new SchemaCache((schema): Schema => ({
    ...schema,
    ...(name === null ? {} : { name }),
    ...(version === null ? {} : { version }),
  }));
  return {
    apply: (record) => {
      const schema = schemaOf(record, part);
      const value = valueOf(record, part);
      if (schema === null && value === null) return record;
      if (schema === null) throw dataError('Schema required for [updating schema metadata]');
      const updated = schemas.of(schema);
      const moved = value instanceof Struct ? new Struct(updated, fieldValues(value, withDefault)) : value;
      return withPart(record, part, updated, moved);
    },
  };
}

export const setSchemaMetadata = keyAndValue({ simpleName: 'SetSchemaMetadata', settings, create: setMetadata });
