import type { ColumnSchema } from '../../connectors/table-schema.ts';
import { rangeOf } from '../byte-range.ts';
import { ByteWriter } from '../byte-writer.ts';
import { UnrepresentableValue, type ValueType } from './values/value-type.ts';

/** Source types whose defaults Debezium understands (PostgresDefaultValueConverter); enums come on top. */
const WITH_DEFAULT: ReadonlySet<string> = new Set([
  ...['bit', 'varbit', 'bool', 'bpchar', 'varchar', 'text', 'json', 'jsonb', 'xml', 'uuid'],
  ...['numeric', 'float4', 'float8', 'int2', 'int4', 'int8', 'smallserial', 'serial', 'bigserial'],
  ...['date', 'time', 'timestamp', 'timestamptz', 'interval'],
]);

/** What Debezium takes for the default of a column whose default is computed (nextval, now, gen_random_uuid …). */
const COMPUTED: Readonly<Partial<Record<ColumnSchema['type']['kind'], string>>> = {
  boolean: 'f',
  int16: '0',
  int32: '0',
  int64: '0',
  float32: '0',
  float64: '0',
  decimal: '0.0',
  text: '',
  xml: '',
  json: '{}',
  uuid: '00000000-0000-0000-0000-000000000000',
  bits: '0',
  date: '1970-01-01',
  time: '00:00:00',
  timestamp: '1970-01-01 00:00:00',
  timestamptz: '1970-01-01 00:00:00+00',
  interval: '00:00:00',
};

/** The default of a column as JSON; undefined when its schema has none. */
export function columnDefault(column: ColumnSchema, type: ValueType): string | undefined {
  if (column.type.kind !== 'enum' && !WITH_DEFAULT.has(column.sourceType.name)) return undefined;
  if (type.schema.type === 'struct') return undefined; // Connect has no default of a struct (KAFKA-12694)
  const text = constantText(column) ?? (column.computedDefault === true ? COMPUTED[column.type.kind] : undefined);
  if (text === undefined) return undefined;
  const out = new ByteWriter(256);
  try {
    type.encode(out, rangeOf(text));
  } catch (error) {
    if (error instanceof UnrepresentableValue) return undefined;
    throw error;
  }
  return out.bytes.toString('utf8', 0, out.at);
}

/** char(n) comes blank padded; Debezium takes the default as it was declared. */
function constantText({ defaultText, sourceType }: ColumnSchema): string | undefined {
  return sourceType.name === 'bpchar' ? defaultText?.replace(/ +$/, '') : defaultText;
}
