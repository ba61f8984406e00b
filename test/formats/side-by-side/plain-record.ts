import { z } from 'zod';

/** A record as bytes on a topic, texts decoded, the connector's own name replaced by PFX and its run by RUN. */
export interface PlainRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
}

const NAME = 'PFX';
const RUN = '__debezium.context.runId';

/** Takes out what differs between two runs of the same connector. */
export function anonymous(record: PlainRecord, prefix: string): PlainRecord {
  const replaced = <T extends string | null>(text: T): T => (text?.replaceAll(prefix, NAME) ?? null) as T;
  return {
    topic: replaced(record.topic),
    key: replaced(record.key),
    value: replaced(record.value),
    headers: Object.fromEntries(
      Object.entries(record.headers).map(([name, value]) => [name, name === RUN ? 'RUN' : replaced(value)]),
    ),
  };
}

/** JSON without loss: numbers are strings that begin with `#`. */
export type ExactJson = string | boolean | null | readonly ExactJson[] | { readonly [key: string]: ExactJson };

const exactJson: z.ZodType<ExactJson> = z.lazy(() =>
  z.union([z.string(), z.boolean(), z.null(), z.array(exactJson), z.record(z.string(), exactJson)]),
);

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

export function parseExact(text: string): ExactJson {
  const quoted = text.replaceAll(TOKEN, (token) => (token.startsWith('"') ? token : `"#${token}"`));
  return exactJson.parse(JSON.parse(quoted));
}
