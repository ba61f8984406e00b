import { atLeast, choice, flag, integer, regexes, text } from '../../settings/kinds.ts';
import { refusedSettings } from './settings/refused.ts';
import { topicSettings } from './settings/topics.ts';

const values = { group: 'Values', importance: 'MEDIUM', width: 'SHORT' } as const;
const records = { group: 'Records', importance: 'MEDIUM', width: 'SHORT' } as const;

/** Everything about the form of records, with Debezium's names and defaults. */
export const debeziumSettings = {
  ...topicSettings,
  decimalHandling: choice('decimal.handling.mode', ['precise', 'double', 'string'], {
    ...values,
    default: 'precise',
    documentation:
      'numeric and money as: precise, bytes of the exact number with its scale; double, a floating-point number; string, digits. NaN and infinities have a form only as double and string.',
  }),
  timePrecision: choice(
    'time.precision.mode',
    ['adaptive', 'adaptive_time_microseconds', 'connect', 'isostring', 'microseconds', 'nanoseconds'],
    {
      ...values,
      default: 'adaptive',
      documentation:
        'Unit of date, time and timestamp: adaptive, milliseconds or microseconds by declared precision; adaptive_time_microseconds, the same with all times in microseconds; connect, the types of Kafka Connect in milliseconds; isostring, text of ISO 8601; microseconds; nanoseconds. Types with a time zone are always text.',
    },
  ),
  intervalHandling: choice('interval.handling.mode', ['numeric', 'string'], {
    ...values,
    default: 'numeric',
    documentation: 'interval as: numeric, microseconds with months of 365.25 / 12 days; string, P1Y2M3DT4H5M6.78S.',
  }),
  binaryHandling: choice('binary.handling.mode', ['bytes', 'base64', 'base64-url-safe', 'hex'], {
    ...values,
    default: 'bytes',
    documentation: 'bytea as bytes (base64 in JSON), or as a string in base64, URL-safe base64 or hex digits.',
  }),
  hstoreHandling: choice('hstore.handling.mode', ['json', 'map'], {
    ...values,
    default: 'json',
    documentation: 'hstore as a string of JSON or as a map.',
  }),
  moneyFractionDigits: integer('money.fraction.digits', 'SHORT', {
    ...values,
    default: '2',
    check: atLeast(0),
    documentation: 'Digits behind the point of money with decimal.handling.mode=precise.',
  }),
  includeUnknown: flag('include.unknown.datatypes', {
    ...values,
    default: 'false',
    documentation:
      'Whether columns of types without a mapping are written, as the bytes of their text in the form of binary.handling.mode; otherwise they are left out.',
  }),
  unavailablePlaceholder: text('unavailable.value.placeholder', {
    ...values,
    default: '__debezium_unavailable_value',
    documentation:
      'Stands for a value that PostgreSQL did not send because it was stored out of line (TOAST) and did not change. hex: in front gives the bytes in hex.',
  }),
  conversionFailure: choice('event.converting.failure.handling.mode', ['warn', 'skip', 'fail'], {
    ...values,
    default: 'warn',
    documentation:
      'What happens to a value that has no form under these settings: warn and skip write null, warn says so in the log; fail stops the task. In a NOT NULL column the task stops in every mode.',
  }),
  tombstonesOnDelete: flag('tombstones.on.delete', {
    ...records,
    default: 'true',
    documentation: 'Whether a delete is followed by a record with a null value, so that compaction removes the key.',
  }),
  extendedHeaders: flag('extended.headers.enabled', {
    ...records,
    default: 'true',
    documentation:
      'Whether every record has headers that name the connector, the task and its run (__debezium.context.*).',
  }),
  schemaNameAdjustment: choice('schema.name.adjustment.mode', ['none', 'avro', 'avro_unicode'], {
    ...records,
    default: 'none',
    documentation: 'How schema names become valid for Avro: none; avro, by underscores; avro_unicode, by _uXXXX.',
  }),
  fieldNameAdjustment: choice('field.name.adjustment.mode', ['none', 'avro', 'avro_unicode'], {
    ...records,
    default: 'none',
    documentation: 'How field names become valid for Avro: none; avro, by underscores; avro_unicode, by _uXXXX.',
  }),
  transactionMetadata: flag('provide.transaction.metadata', {
    ...records,
    default: 'false',
    documentation:
      'Whether the topic of transactions gets a record for the begin and the end of every transaction, the end with the number of its events, and every change says where in its transaction it stands.',
  }),
  skipUnchanged: flag('skip.messages.without.change', {
    ...records,
    default: 'false',
    documentation:
      'Leaves out updates that change nothing in the captured columns. Works with replica identity full alone: of other tables the row before is not known.',
  }),
  columnSourceType: regexes('column.propagate.source.type', {
    group: 'Schemas',
    documentation:
      "Java regular expressions, separated by commas, of schema.table.column: those columns' types, lengths and scales in the source become parameters of their schemas (__debezium.source.column.*).",
  }),
  datatypeSourceType: regexes('datatype.propagate.source.type', {
    group: 'Schemas',
    documentation: 'The same for the columns of types, named by regular expressions of schema.table.type.',
  }),
  schemaComments: flag('include.schema.comments', {
    group: 'Schemas',
    width: 'SHORT',
    default: 'false',
    documentation: "Whether comments of columns become the documentation of their fields' schemas.",
  }),
  ...refusedSettings,
};
