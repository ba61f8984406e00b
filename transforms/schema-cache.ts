import type { Schema } from '../connectors/connect-data.ts';

/**
 * What is worked out once per schema object: records of one table share their schema, so that the work of a transform on
 * schemas is done once per table. Forgotten together with the schema.
 */
export class SchemaCache<T> {
  readonly #known = new WeakMap<Schema, T>();
  readonly #make: (schema: Schema) => T;

  constructor(make: (schema: Schema) => T) {
    this.#make = make;
  }

  of(schema: Schema): T {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const made = this.#make(schema);
    this.#known.set(schema, made);
    return made;
  }
}
