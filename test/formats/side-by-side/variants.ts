const converter = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
};
const withoutSchemas = {
  ...converter,
  'key.converter.schemas.enable': 'false',
  'value.converter.schemas.enable': 'false',
};

/** Configurations by name. */
export type Variants = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Configurations whose records are compared: between them every handling mode, every converter setting, schemas on and off. */
export const variants: Variants = {
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
    'topic.naming.strategy': 'io.debezium.schema.DefaultRegexTopicNamingStrategy',
    'topic.regex': '(.*)[.](keyless|comp_key|full_key)',
    'topic.replacement': '$1.keys',
    'topic.key.enforce.uniqueness': 'false',
  },
  double: {
    ...converter,
    'decimal.handling.mode': 'double',
    'time.precision.mode': 'adaptive_time_microseconds',
    'binary.handling.mode': 'hex',
    'money.fraction.digits': '3',
    'topic.naming.strategy': 'io.debezium.schema.SchemaUnicodeTopicNamingStrategy',
    'schema.name.adjustment.mode': 'avro',
    'field.name.adjustment.mode': 'avro',
  },
  iso: {
    ...converter,
    'time.precision.mode': 'isostring',
    'binary.handling.mode': 'base64-url-safe',
    'topic.naming.strategy': 'io.debezium.schema.DefaultTopicNamingStrategy',
    'schema.name.adjustment.mode': 'avro_unicode',
    'field.name.adjustment.mode': 'avro_unicode',
  },
  numeric: {
    ...converter,
    'time.precision.mode': 'microseconds',
    'include.unknown.datatypes': 'true',
    'value.converter.replace.null.with.default': 'false',
    'value.converter.decimal.format': 'NUMERIC',
    'topic.naming.strategy': 'io.debezium.schema.SchemaRegexTopicNamingStrategy',
    'topic.regex': '(.*)[.](?:keyless|comp_key|full_key|We_ird-N_me)',
    'topic.replacement': '$1.keys',
    'topic.key.field.name': 'from table',
    'topic.key.field.regex': '.*[.](.*_key|We.*)',
    'topic.key.field.replacement': 'is $1\\.',
  },
  transactions: {
    ...converter,
    'provide.transaction.metadata': 'true',
    'schema.name.adjustment.mode': 'avro',
    'binary.handling.mode': 'hex',
    'message.prefix.include.list': 'app.*',
    'topic.transaction': 'txs',
    'topic.naming.strategy': 'io.debezium.schema.DefaultUnicodeTopicNamingStrategy',
  },
  masked: {
    ...withoutSchemas,
    'column.mask.with.5.chars': 'z.masked(_part)?.stars_.*',
    'column.mask.with.0.chars': 'z.masked.nothing',
    'column.mask.hash.SHA-256.with.salt.CzQMA0cB5K': 'z.masked(_part)?.hash_.*',
    'column.mask.hash.v2.SHA-512/256.with.salt.Cz QMA': 'z.masked.v2_.*',
    'column.mask.hash.v2.MD5.with.salt.x.y': 'z.masked.md5',
    'column.truncate.to.4.chars': 'Z.masked(_part)?.cut_.*',
    'skip.messages.without.change': 'true',
    'message.prefix.exclude.list': '.*',
  },
  marked: {
    ...converter,
    'column.mask.with.5.chars': 'z.masked.stars_.*',
    'column.truncate.to.4.chars': 'z.masked.cut_.*',
    'column.propagate.source.type': 'z\\.(scalars|times|nums|bits|arrays|precisions|exts)\\..*',
    'datatype.propagate.source.type': 'z.full_key.*,z.toast_full.text',
    'topic.naming.strategy': 'io.debezium.schema.SchemaRegexTopicNamingStrategy',
    'topic.regex': '(.*)[.](?:keyless|comp_key)',
    'topic.replacement': '$1.keys',
    'message.prefix.exclude.list': 'app.*',
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

/** Under which changes of tables are compared: what of a column's definition goes into schemas, keys and values. */
export const schemaChangeVariants: Variants = {
  schemas: {},
  marked: {
    ...converter,
    'column.propagate.source.type': 'z\\.(cols|whole|types|keys|again|required)\\..*',
    'column.mask.with.5.chars': 'z.(moved.*|inside|fresh).v',
    'value.converter.replace.null.with.default': 'false',
    'schema.name.adjustment.mode': 'avro',
    'field.name.adjustment.mode': 'avro',
  },
};
