import { refused } from '../../../settings/refused-setting.ts';

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
