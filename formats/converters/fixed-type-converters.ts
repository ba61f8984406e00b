import type { Schema, SchemaType, Value } from '../../connectors/connect-data.ts';
import { defineConverter, type BothConverters, type BothPlugin } from './define-converter.ts';
import { converting, kindOf, UnfitValue } from './unfit-value.ts';

/** The bytes of a value; undefined: it is of another type. */
type Write = (value: NonNullable<Value>) => Buffer | undefined;

interface FixedType {
  readonly name: string;
  /** The only schema type that is taken; undefined: the value alone decides. */
  readonly type?: SchemaType;
  readonly write: Write;
}

/** A converter for values of one type. */
class FixedTypeConverter implements BothConverters {
  readonly #fixed: FixedType;

  constructor(fixed: FixedType) {
    this.#fixed = fixed;
  }

  fromConnect(topic: string, schema: Schema | null, value: Value): Buffer | null {
    const { name, type, write } = this.#fixed;
    return converting(name, topic, () => {
      if (type !== undefined && schema !== null && schema.type !== type)
        throw new UnfitValue(`Invalid schema type for ${name}: ${schema.type}`);
      if (value === null) return null;
      const bytes = write(value);
      if (bytes === undefined) throw new UnfitValue(`${name} has no form for ${kindOf(value)}`);
      return bytes;
    });
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: Value): Buffer | null {
    return this.fromConnect(topic, schema, value);
  }
}

function integer(size: 2 | 4, bound: number): Write {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -bound || value >= bound) return undefined;
    const bytes = Buffer.alloc(size);
    bytes.writeIntBE(value, 0, size);
    return bytes;
  };
}

function long(value: NonNullable<Value>): Buffer | undefined {
  const exact = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof exact !== 'bigint' || BigInt.asIntN(64, exact) !== exact) return undefined;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(exact);
  return bytes;
}

/** All of them write what Kafka's serializer of the type writes: big-endian. */
const fixedTypes: readonly FixedType[] = [
  { name: 'ByteArrayConverter', type: 'bytes', write: (value) => (Buffer.isBuffer(value) ? value : undefined) },
  {
    name: 'BooleanConverter',
    type: 'boolean',
    write: (value) => (typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : undefined),
  },
  { name: 'ShortConverter', write: integer(2, 2 ** 15) },
  { name: 'IntegerConverter', write: integer(4, 2 ** 31) },
  { name: 'LongConverter', write: long },
  {
    name: 'FloatConverter',
    write: (value) => {
      if (typeof value !== 'number') return undefined;
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value);
      return bytes;
    },
  },
  {
    name: 'DoubleConverter',
    write: (value) => {
      if (typeof value !== 'number') return undefined;
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return bytes;
    },
  },
];

/** ByteArrayConverter, BooleanConverter and those of the numbers. */
export const fixedTypePlugins: readonly BothPlugin[] = fixedTypes.map((fixed) =>
  defineConverter({
    className: `org.apache.kafka.connect.converters.${fixed.name}`,
    settings: {},
    make: () => new FixedTypeConverter(fixed),
  }),
);
