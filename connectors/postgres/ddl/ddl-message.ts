import { z } from 'zod';

const column = z.object({
  number: z.number(),
  name: z.string(),
  typeOid: z.number(),
  typmod: z.number(),
  type: z.string(),
  /** As format_type prints it, e.g. `numeric(8,2)`. */
  declared: z.string(),
  notNull: z.boolean(),
  /** `s`: stored, `v`: virtual, empty: an ordinary column. */
  generated: z.string(),
  identity: z.string(),
  comment: z.string().nullable(),
  /** Of its default, or of what is generated. */
  expression: z.string().nullable(),
});

const table = z.object({
  schema: z.string(),
  table: z.string(),
  comment: z.string().nullish(),
  key: z.array(z.string()).default([]),
  columns: z.array(column).default([]),
});

const message = table.extend({
  version: z.literal(1),
  type: z.enum(['CREATE', 'ALTER', 'DROP']),
  /** Of the command, e.g. `ALTER TABLE`. */
  tag: z.string(),
  user: z.string(),
  /** What the client sent, which may be more than this statement. */
  ddl: z.string().nullable(),
  oid: z.number(),
});

/** A table as `TABLE_MEMBERS` of definition-query.ts describes it. */
export type TableDefinition = z.infer<typeof table>;

/** What the event triggers tell of one table that a statement has changed; of one that was dropped its name alone. */
export type DdlMessage = z.infer<typeof message>;
export type DdlColumn = z.infer<typeof column>;

/** Throws when the text is something else. */
export function readDefinition(text: string): TableDefinition {
  return table.parse(JSON.parse(text));
}

/** Undefined: somebody else wrote a message with this prefix, or another version of the triggers. */
export function readDdlMessage(content: Buffer): DdlMessage | undefined {
  try {
    return message.safeParse(JSON.parse(content.toString('utf8'))).data;
  } catch {
    return undefined; // no JSON
  }
}
