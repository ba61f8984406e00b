import assert from 'node:assert/strict';
import { aliasOf, typeAliases } from './type-aliases.ts';

describe('millrace.type.aliases', () => {
  it('takes types by their names, those with their schema first', () => {
    const aliases = typeAliases('number=numeric, sys.date = timestamp,date=text,');
    assert.equal(aliasOf(aliases, { schema: 'any', name: 'number' }), 'numeric');
    assert.equal(aliasOf(aliases, { schema: 'sys', name: 'date' }), 'timestamp');
    assert.equal(aliasOf(aliases, { schema: 'pg_catalog', name: 'date' }), 'text');
    assert.equal(aliasOf(aliases, { schema: 'pg_catalog', name: 'text' }), undefined);
    assert.equal(typeAliases('').size, 0);
  });

  it('says what is wrong', () => {
    assert.throws(() => typeAliases('number'), /'number' is not of the form type=known/);
    assert.throws(() => typeAliases('number=decimal(8)'), /'decimal\(8\)' is no type that is known here/);
  });
});
