import { refused } from '../../../settings/refused-setting.ts';

export const refusedSettings = {
  structMaker: refused(
    'sourceinfo.struct.maker',
    'io.debezium.connector.postgresql.PostgresSourceInfoStructMaker',
    'A Java class that makes the source block.',
  ),
};
