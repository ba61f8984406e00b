import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { SettingValueError } from '../../../settings/setting.ts';
import type { CatalogTable } from '../catalog/catalog-table.ts';
import { identityPlan, identityRules } from './identity-rules.ts';

function table(name: string, identity = 'd'): CatalogTable {
  const rest = { kind: 'r', isPartition: false, columns: [], primaryKey: [], uniqueKeys: [] };
  return { oid: 1, schema: 's', table: name, identity, ...rest };
}

describe('replica.identity.autoset.values', () => {
  const plan = (rules: string, tables: readonly CatalogTable[]): unknown[] =>
    identityPlan(identityRules(rules), tables, false).map((change) => [change.table.table, change.clause]);

  it('names the tables that do not have their identity yet', () => {
    const tables = [table('a'), table('b', 'f'), table('c', 'i'), table('d'), table('e')];
    assert.deepEqual(plan('s.[ab]:FULL, s.c:INDEX c_key, S.D : nothing', tables), [
      ['a', 'FULL'],
      ['c', 'USING INDEX "c_key"'],
      ['d', 'NOTHING'],
    ]);
    assert.deepEqual(identityPlan(identityRules('s.a:FULL'), tables, true), []);
  });

  it('is refused when two rules name one table, and when a rule is none', () => {
    assert.throws(() => plan('s.a:FULL,s.*:DEFAULT', [table('a')]), /several rules are for s\.a/);
    for (const text of ['s.a', 's.a:ALL', ':FULL', 's.a:INDEX'])
      assert.throws(() => identityRules(text), SettingValueError);
  });
});
