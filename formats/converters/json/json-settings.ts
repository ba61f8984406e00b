import { atLeast, choice, flag, integer } from '../../../settings/kinds.ts';

const group = 'Converters';

/** JsonConverter's settings, without the prefix. */
export const jsonSettings = {
  schemasEnabled: flag('schemas.enable', {
    group,
    default: 'true',
    importance: 'HIGH',
    documentation: 'Whether each key or value carries its schema beside its payload.',
  }),
  schemasCacheSize: integer('schemas.cache.size', 'INT', {
    group,
    default: '1000',
    importance: 'HIGH',
    check: atLeast(0),
    documentation: 'Has no effect: the text of a schema is kept for as long as the schema is.',
  }),
  decimalFormat: choice('decimal.format', ['BASE64', 'NUMERIC'], {
    group,
    default: 'BASE64',
    importance: 'LOW',
    documentation: 'Exact decimals as base64 of their bytes or as JSON numbers.',
  }),
  replaceNullWithDefault: flag('replace.null.with.default', {
    group,
    default: 'true',
    importance: 'LOW',
    documentation: 'Whether null is replaced by the default of its field.',
  }),
};
