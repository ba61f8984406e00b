/**
 * The types whose defaults Debezium puts into schemas (PostgresDefaultValueConverter); enums beside them.
 */
const TYPES_WITH_DEFAULT: ReadonlySet<string> = new Set([
  ...['bit', 'varbit', 'bool', 'bpchar', 'varchar', 'text', 'numeric', 'float4', 'float8', 'int2', 'int4', 'int8'],
  ...['json', 'jsonb', 'xml', 'uuid', 'date', 'time', 'timestamp', 'timestamptz', 'interval'],
]);

const TYPE_NAME = String.raw`[a-z_"][\w. "]*(?:\(\d+(?:,\d+)?\))?(?: with(?:out)? time zone)?`;
const CAST = String.raw`(?:::${TYPE_NAME})?`;
/** What pg_get_expr prints for a constant: nothing but a literal and at most one cast, so that it is safe to evaluate. */
const CONSTANT = new RegExp(
  String.raw`^(?:\(?-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\)?${CAST}|true|false|B?'(?:[^'\\]|'')*'${CAST})$`,
  'i',
);
const NULL_DEFAULT = new RegExp(String.raw`^NULL${CAST}$`, 'i');

/** What a default expression, as pg_get_expr prints it, amounts to. */
export function defaultKind(
  expression: string | null,
  type: { kind: string; name: string },
): 'none' | 'constant' | 'computed' {
  if (expression === null || NULL_DEFAULT.test(expression)) return 'none';
  if (type.kind !== 'e' && !TYPES_WITH_DEFAULT.has(type.name)) return 'none';
  return CONSTANT.test(expression) ? 'constant' : 'computed';
}
