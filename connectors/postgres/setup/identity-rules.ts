import pg from 'pg';
import { ConnectorError } from '../../../errors/connector-error.ts';
import { javaPattern, type JavaPattern } from '../../../settings/java-pattern.ts';
import { SettingValueError } from '../../../settings/setting.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';

/** One entry of replica.identity.autoset.values. */
export interface IdentityRule {
  /** Of `schema.table`. */
  readonly tables: JavaPattern;
  readonly text: string;
  /** pg_class.relreplident that tables get; `i`: of the index. */
  readonly identity: 'f' | 'd' | 'n' | 'i';
  readonly index: string | undefined;
}

/** A table whose identity is to be set. */
export interface IdentityChange {
  readonly table: CatalogTable;
  /** As in ALTER TABLE … REPLICA IDENTITY. */
  readonly clause: string;
  /** The index of clauses that name one. */
  readonly index: string | undefined;
}

const IDENTITIES = new Map<string, 'f' | 'd' | 'n'>([
  ['FULL', 'f'],
  ['DEFAULT', 'd'],
  ['NOTHING', 'n'],
]);

/** `schema.table:FULL, other.*:INDEX name`. Throws SettingValueError. */
export function identityRules(text: string): IdentityRule[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.map((entry) => {
    const [, name = '', word = '', index] = /^(.+):\s*(?:(FULL|DEFAULT|NOTHING)|INDEX\s+(\S+))$/i.exec(entry) ?? [];
    const identity = index === undefined ? IDENTITIES.get(word.toUpperCase()) : 'i';
    if (name === '' || identity === undefined)
      throw new SettingValueError(`'${entry}' is not schema.table:FULL, DEFAULT, NOTHING or INDEX name`);
    return { tables: javaPattern(name.trim(), { flags: 'i' }), text: entry, identity, index };
  });
}

/** The tables that rules name and that do not have that identity. Throws CONFIG_INVALID when two rules name one table. */
export function identityPlan(
  rules: readonly IdentityRule[],
  tables: readonly CatalogTable[],
  isStandby: boolean,
): IdentityChange[] {
  if (isStandby) return [];
  return tables.flatMap((table) => {
    const name = `${table.schema}.${table.table}`;
    const found = rules.filter((rule) => rule.tables.matches(name));
    const [rule] = found;
    if (rule === undefined) return [];
    if (found.length > 1)
      throw new ConnectorError(
        'CONFIG_INVALID',
        `replica.identity.autoset.values: several rules are for ${name}: ${found.map(({ text }) => text).join(', ')}`,
      );
    // Of an index the catalog is asked whether it is the one.
    return rule.identity !== 'i' && rule.identity === table.identity ? [] : [{ table, ...clauseOf(rule) }];
  });
}

function clauseOf({ identity, index }: IdentityRule): Pick<IdentityChange, 'clause' | 'index'> {
  if (index !== undefined) return { clause: `USING INDEX ${pg.escapeIdentifier(index)}`, index };
  return { clause: { f: 'FULL', d: 'DEFAULT', n: 'NOTHING', i: '' }[identity], index };
}
