const converter = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
};
const withoutSchemas = {
  ...converter,
  'key.converter.schemas.enable': 'false',
  'value.converter.schemas.enable': 'false',
};

/** Configurations whose records are compared: between them every handling mode, every converter setting, schemas on and off. */
export const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: withoutSchemas,
  schemas: {},
  text: {
    ...converter,
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'connect',
    'interval.handling.mode': 'string',
    'binary.handling.mode': 'base64',
    'hstore.handling.mode': 'map',
    'include.unknown.datatypes': 'true',
  },
  double: {
    ...converter,
    'decimal.handling.mode': 'double',
    'time.precision.mode': 'adaptive_time_microseconds',
    'binary.handling.mode': 'hex',
    'money.fraction.digits': '3',
    'schema.name.adjustment.mode': 'avro',
    'field.name.adjustment.mode': 'avro',
  },
  iso: {
    ...converter,
    'time.precision.mode': 'isostring',
    'binary.handling.mode': 'base64-url-safe',
    'schema.name.adjustment.mode': 'avro_unicode',
    'field.name.adjustment.mode': 'avro_unicode',
  },
  numeric: {
    ...converter,
    'time.precision.mode': 'microseconds',
    'include.unknown.datatypes': 'true',
    'value.converter.replace.null.with.default': 'false',
    'value.converter.decimal.format': 'NUMERIC',
  },
  nanos: {
    ...withoutSchemas,
    'time.precision.mode': 'nanoseconds',
    'unavailable.value.placeholder': 'hex:000102ff',
    'tombstones.on.delete': 'false',
    'extended.headers.enabled': 'false',
    'topic.delimiter': '-',
    'key.converter.decimal.format': 'NUMERIC',
  },
};
