import { defineSetting, type Setting } from '../../../settings/setting.ts';

/**
 * A setting of Debezium that is not built yet. Left at its default a configuration works; any other value is refused by name,
 * since records would lack something without anybody noticing.
 */
function refused(name: string, defaultText: string | null, effect: string): Setting<string | null> {
  return defineSetting<string | null>({
    name,
    type: 'STRING',
    defaultText,
    importance: 'LOW',
    group: 'Not built yet',
    documentation: `${effect} Not built yet: only ${defaultText ?? 'leaving it out'} is accepted.`,
    parse: (value) => value.trim(),
    check: (value) => {
      if (value === '' || value?.toLowerCase() === defaultText?.toLowerCase()) return undefined;
      return `${name} is not built yet; ${defaultText === null ? 'leave it out' : `use ${defaultText}`}`;
    },
  });
}

export const refusedSettings = {
  schemaComments: refused('include.schema.comments', 'false', 'Comments of columns in the schema.'),
  columnSourceType: refused('column.propagate.source.type', null, 'Source types of named columns in the schema.'),
  datatypeSourceType: refused('datatype.propagate.source.type', null, 'Source types of named types in the schema.'),
  structMaker: refused(
    'sourceinfo.struct.maker',
    'io.debezium.connector.postgresql.PostgresSourceInfoStructMaker',
    'A Java class that makes the source block.',
  ),
};
