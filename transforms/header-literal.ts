import { parseScalar, type SchemaAndValue } from './header-scalar.ts';
import { parseStructure } from './header-structure.ts';
import { plainSchema } from './schema-building.ts';

/** A text as the value that it reads like (Connect's Values.parseString): number, boolean, time, list, map, else text. */
export function parseLiteral(text: string): SchemaAndValue {
  const trimmed = text.trim();
  if (trimmed === '') return { schema: plainSchema('string', false), value: text };
  return parseStructure(trimmed) ?? parseScalar(trimmed) ?? { schema: plainSchema('string', false), value: text };
}
