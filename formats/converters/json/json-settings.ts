import { atLeast, choice, flag, integer } from '../../../settings/kinds.ts';

const schemas = { group: 'Schemas', importance: 'HIGH', width: 'MEDIUM' } as const;
const serialization = { group: 'Serialization', importance: 'LOW', width: 'MEDIUM' } as const;

/** JsonConverter's settings, without the prefix; laid out as in Connect (JsonConverterConfig). */
export const jsonSettings = {
  schemasEnabled: flag('schemas.enable', {
    ...schemas,
    order: 0,
    default: 'true',
    displayName: 'Enable Schemas',
    documentation: 'Whether each key or value carries its schema beside its payload.',
  }),
  schemasCacheSize: integer('schemas.cache.size', 'INT', {
    ...schemas,
    order: 1,
    default: '1000',
    displayName: 'Schema Cache Size',
    check: atLeast(0),
    documentation: 'Has no effect: the text of a schema is kept for as long as the schema is.',
  }),
  decimalFormat: choice('decimal.format', ['BASE64', 'NUMERIC'], {
    ...serialization,
    order: 0,
    default: 'BASE64',
    displayName: 'Decimal Format',
    recommended: [],
    documentation: 'Exact decimals as base64 of their bytes or as JSON numbers.',
  }),
  replaceNullWithDefault: flag('replace.null.with.default', {
    ...serialization,
    order: 1,
    default: 'true',
    displayName: 'Replace null with default',
    documentation: 'Whether null is replaced by the default of its field.',
  }),
};
