/** Debezium's modes of making names valid for Avro. */
export type NameAdjustment = 'none' | 'avro' | 'avro_unicode';

/** A schema name (dots stay: they separate name spaces) as the mode wants it. */
export function adjustedSchemaName(name: string, mode: NameAdjustment): string {
  return adjusted(name, mode, /[A-Za-z0-9_.]/, /[A-Za-z0-9.]/);
}

/** The name of a field: without dots. */
export function adjustedFieldName(name: string, mode: NameAdjustment): string {
  return adjusted(name, mode, /[A-Za-z0-9_]/, /[A-Za-z0-9]/);
}

/**
 * Works on UTF-16 units. `avro`: an invalid one becomes `_`, a digit in front is kept behind it. `avro_unicode`: it becomes
 * `_uXXXX`, and so does the underscore, which introduces these codes (SchemaNameAdjuster of Debezium 3.5).
 */
function adjusted(name: string, mode: NameAdjustment, inAvro: RegExp, inUnicode: RegExp): string {
  if (mode === 'none') return name;
  const valid = mode === 'avro' ? inAvro : inUnicode;
  let result = '';
  for (let i = 0; i < name.length; i++) {
    const unit = name.charAt(i);
    const isDigit = /[0-9]/.test(unit);
    if (valid.test(unit) && !(i === 0 && (isDigit || unit === '.'))) result += unit;
    else if (mode === 'avro') result += i === 0 && isDigit ? `_${unit}` : '_';
    else result += unicodeEscape(unit);
  }
  return result;
}

/** `_uXXXX` of a UTF-16 unit: four digits up to U+00FF, three for the next ones, since Debezium pads short codes only. */
export function unicodeEscape(unit: string): string {
  const code = unit.charCodeAt(0).toString(16);
  return `_u${code.length <= 2 ? `00${code}` : code}`;
}
