import type { Schema, Value } from '../../../connectors/connect-data.ts';
import { ByteWriter } from '../../byte-writer.ts';
import { converting } from '../unfit-value.ts';
import type { Converter, HeaderConverter } from '../converter.ts';
import { schemaJson } from './schema-json.ts';
import { writeJson, type JsonForm } from './write-json.ts';

/** JsonConverter's settings. */
export interface JsonConverterOptions extends JsonForm {
  readonly schemasEnabled: boolean;
}

const CLOSE = 0x7d;
const NO_SCHEMA = Buffer.from('{"schema":null,"payload":', 'latin1');

/** Kafka Connect's JsonConverter. The text of a schema is made once per schema object, which is what bounds its cost. */
export class JsonConverter implements Converter, HeaderConverter {
  readonly #options: JsonConverterOptions;
  readonly #prefixes = new WeakMap<Schema, Buffer>();
  readonly #out = new ByteWriter(1024);

  constructor(options: JsonConverterOptions) {
    this.#options = options;
  }

  fromConnect(topic: string, schema: Schema | null, value: Value): Buffer | null {
    if (schema === null && value === null) return null;
    const out = this.#out;
    out.reset();
    converting('JsonConverter', topic, () => {
      if (this.#options.schemasEnabled) out.constant(this.#prefix(schema));
      writeJson(out, schema, value, this.#options);
    });
    if (this.#options.schemasEnabled) out.byte(CLOSE);
    return Buffer.from(out.bytes.subarray(0, out.at));
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: Value): Buffer | null {
    return this.fromConnect(topic, schema, value);
  }

  /** `{"schema":…,"payload":` */
  #prefix(schema: Schema | null): Buffer {
    if (schema === null) return NO_SCHEMA;
    const known = this.#prefixes.get(schema);
    if (known !== undefined) return known;
    const made = Buffer.from(`{"schema":${schemaJson(schema, this.#options)},"payload":`, 'utf8');
    this.#prefixes.set(schema, made);
    return made;
  }
}
