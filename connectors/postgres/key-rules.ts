import { javaPattern, type JavaPattern } from '../../settings/java-pattern.ts';
import { SettingValueError } from '../../settings/setting.ts';

/** One column pattern of `message.key.columns`, matched against `schema.table.column`. */
export interface KeyRule {
  readonly column: JavaPattern;
}

/**
 * The rules of `message.key.columns`, `table:column,column;…` (Debezium: Key.CustomKeyMapper): each column together with its
 * table is one Java regular expression, matched whole and without regard to ASCII case. Throws SettingValueError.
 */
export function keyRules(text: string): KeyRule[] {
  return text
    .split(';')
    .filter((rule) => rule.trim() !== '')
    .flatMap((rule) => {
      const [, table, columns] = /^\s*([^:]+):([^:,]+(?:,[^:,]+)*)\s*$/.exec(rule) ?? [];
      if (table === undefined || columns === undefined)
        throw new SettingValueError(`'${rule.trim()}' is not of the form schema.table:column,column`);
      return columns
        .split(',')
        .map((column) => ({ column: javaPattern(`${table.trim()}.${column.trim()}`, { flags: 'i' }) }));
    });
}

/** The columns of a table that the rules make its key, in the order of the rules; null: no rule is about this table. */
export function ruledKey(
  rules: readonly KeyRule[],
  schema: string,
  table: string,
  columns: readonly string[],
): string[] | null {
  const key: string[] = [];
  for (const rule of rules) {
    for (const column of columns) {
      if (!key.includes(column) && rule.column.matches(`${schema}.${table}.${column}`)) key.push(column);
    }
  }
  return key.length === 0 ? null : key;
}
