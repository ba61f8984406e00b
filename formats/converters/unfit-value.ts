import { Decimal, Struct, type Schema, type Value } from '../../connectors/connect-data.ts';
import { ConnectorError } from '../../errors/connector-error.ts';

/** A value that a converter has no form for. `path` leads to it from the outside, e.g. `after.amount`. */
export class UnfitValue extends Error {
  override readonly name = 'UnfitValue';
  readonly path: string;

  constructor(reason: string, path = '') {
    super(reason);
    this.path = path;
  }

  /** The same reason, one member further out. */
  within(member: string): UnfitValue {
    return new UnfitValue(this.message, this.path === '' ? member : `${member}.${this.path}`);
  }
}

/** Runs a conversion; a value without a form becomes RECORD_NOT_CONVERTIBLE, said with topic and place, never with the value. */
export function converting<T>(converter: string, topic: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    const place = error.path === '' ? '' : `, field ${error.path}`;
    throw new ConnectorError('RECORD_NOT_CONVERTIBLE', `${converter}, topic ${topic}${place}: ${error.message}`, {
      cause: error,
    });
  }
}

/** What a value is, without the value itself. */
export function kindOf(value: Value | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (Buffer.isBuffer(value)) return 'bytes';
  if (value instanceof Struct) return 'a struct';
  if (value instanceof Decimal) return 'a Decimal';
  if (value instanceof Date) return 'a Date';
  if (value instanceof Map) return 'a map';
  return typeof value === 'bigint' ? 'a 64-bit integer' : `a ${typeof value}`;
}

/** The reason that the value is not what its schema says. */
export function invalidType(schema: Schema, value: Value | undefined): UnfitValue {
  const name = schema.name === undefined ? '' : ` (${schema.name})`;
  return new UnfitValue(`Invalid type for ${schema.type}${name}: ${kindOf(value)}`);
}
