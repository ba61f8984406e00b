import assert from 'node:assert/strict';
import { maskConfig, secretsOf, unmaskConfig } from './masked-config.ts';

const isSecret = secretsOf(new Set(['odd.name']));

describe('secrets in configurations', () => {
  it('are hidden by the name of the key and by the definition of the setting', () => {
    const shown = maskConfig({ 'database.password': 'p', 'odd.name': 'q', 'database.user': 'u' }, isSecret);
    assert.deepEqual(shown, { 'database.password': '[hidden]', 'odd.name': '[hidden]', 'database.user': 'u' });
  });

  it('are shown when they are only a placeholder, so that tools can compare it', () => {
    const config = { 'database.password': '${file:/etc/secrets:password}' };
    assert.deepEqual(maskConfig(config, isSecret), config);
  });

  it('keep their stored value when they come back as they were shown', () => {
    const stored = { 'database.password': 'p', 'topic.prefix': 'a' };
    const given = { 'database.password': '[hidden]', 'topic.prefix': '[hidden]' };
    assert.deepEqual(unmaskConfig(given, stored, isSecret), { 'database.password': 'p', 'topic.prefix': '[hidden]' });
  });

  it('are hidden where they are salts in names of settings, which come back as they were shown', () => {
    const hash = (salt: string): string => `column.mask.hash.SHA-256.with.salt.${salt}`;
    const stored = { name: 'c', [hash('one')]: 'a.b.c', [hash('two')]: 'd.e.f' };
    const shown = maskConfig(stored, isSecret);
    assert.deepEqual(shown, { name: 'c', [hash('[hidden]')]: 'a.b.c', [hash('[hidden]2')]: 'd.e.f' });
    assert.deepEqual(unmaskConfig({ ...shown, [hash('[hidden]')]: 'x' }, stored, isSecret), {
      name: 'c',
      [hash('one')]: 'x',
      [hash('two')]: 'd.e.f',
    });
  });
});
