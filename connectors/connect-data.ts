/** Kafka Connect's types of data (Connect's Schema.Type), in the words of its JSON form. */
export type SchemaType =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'float'
  | 'double'
  | 'boolean'
  | 'string'
  | 'bytes'
  | 'array'
  | 'map'
  | 'struct';

/** One member of a struct. */
export interface Field {
  readonly name: string;
  readonly schema: Schema;
}

/**
 * What a value of a record holds. Never changed once it is made: objects are shared by all records of one kind, and may
 * serve as the identity under which something is cached.
 */
export interface Schema {
  readonly type: SchemaType;
  readonly optional: boolean;
  /** A logical type, e.g. `org.apache.kafka.connect.data.Timestamp`, or the name of a struct. */
  readonly name?: string;
  readonly version?: number;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly default?: Value;
  /** Of a struct, in order. */
  readonly fields?: readonly Field[];
  /** Of an array. */
  readonly items?: Schema;
  /** Of a map. */
  readonly keys?: Schema;
  readonly values?: Schema;
}

/** Names of the logical types that Kafka Connect itself defines; their values are Decimal or Date objects. */
export const logicalTypes = {
  decimal: 'org.apache.kafka.connect.data.Decimal',
  date: 'org.apache.kafka.connect.data.Date',
  time: 'org.apache.kafka.connect.data.Time',
  timestamp: 'org.apache.kafka.connect.data.Timestamp',
} as const;

/**
 * A value of a record. By schema type: int8, int16, int32, float, double: number; int64: bigint; bytes: Buffer; array: array;
 * map, and any structured value without a schema: Map; struct: Struct. Logical types of Kafka Connect: Decimal, and Date
 * for Date, Time and Timestamp (as java.util.Date, milliseconds since 1970 UTC; a bigint of them where no Date object can hold
 * them, beyond the year 275760). Without a schema an integer may be a number or a bigint.
 */
export type Value =
  null | boolean | number | bigint | string | Buffer | Date | Decimal | Struct | Value[] | ReadonlyMap<Value, Value>;

/** An exact number: unscaled × 10^−scale (java.math.BigDecimal). */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }
}

/** A value of a struct schema: one value for each of its fields, in their order. */
export class Struct {
  readonly schema: Schema;
  readonly values: readonly Value[];

  constructor(schema: Schema, values: readonly Value[]) {
    this.schema = schema;
    this.values = values;
  }

  /** The value of a field as it stands (a default is not filled in); undefined when there is no such field. */
  get(name: string): Value | undefined {
    const index = this.schema.fields?.findIndex((field) => field.name === name) ?? -1;
    return index < 0 ? undefined : this.values[index];
  }
}

/** Whether a value is a map; unlike instanceof it keeps the types of its members. */
export function isMap(value: Value): value is ReadonlyMap<Value, Value> {
  return value instanceof Map;
}
