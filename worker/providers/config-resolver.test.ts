import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../../errors/connector-error.ts';
import { ConfigResolver } from './config-resolver.ts';
import { openProviders, parseProviders } from './provider-settings.ts';

const kafka = 'org.apache.kafka.common.config.provider';

describe('configuration providers', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-providers-'));
    mkdirSync(join(folder, 'in'));
    mkdirSync(join(folder, 'inside-not'));
    writeFileSync(
      join(folder, 'in', 'db.properties'),
      'user=a\nuser=maja\npass\\:word: s3cret$&\\u00e9\nempty=\nnested=${env:HOME_TOWN}',
    );
    writeFileSync(join(folder, 'in', 'token'), 'line\n');
    writeFileSync(join(folder, 'inside-not', 'token'), 'other');
    symlinkSync(join(folder, 'in', 'token'), join(folder, 'in', 'link'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function resolverOf(params: Record<string, string> = {}): ConfigResolver {
    const { specs, problems } = parseProviders({
      'config.providers': 'env, file,dir',
      'config.providers.env.class': `${kafka}.EnvVarConfigProvider`,
      'config.providers.file.class': `${kafka}.FileConfigProvider`,
      'config.providers.dir.class': `${kafka}.DirectoryConfigProvider`,
      ...params,
    });
    assert.deepEqual(problems, []);
    return new ConfigResolver(openProviders(specs, { HOME_TOWN: 'Wien', DB_PASS: 'p', OTHER: 'o' }));
  }

  async function value(text: string, params?: Record<string, string>): Promise<string | undefined> {
    const resolver = resolverOf(params);
    const { config } = await resolver.resolve({ k: text });
    assert.deepEqual(resolver.resolveSync({ k: text }).config, config);
    return config['k'];
  }

  it('put values in place of placeholders, several in one text too', async () => {
    assert.equal(await value('a ${env:HOME_TOWN}-${env:DB_PASS} z'), 'a Wien-p z');
    assert.equal(await value(`\${file:${folder}/in/db.properties:user}`), 'maja');
    assert.equal(await value(`\${file:${folder}/in/db.properties:pass:word}`), 's3cret$&é');
    assert.equal(await value(`\${file:${folder}/in/db.properties:empty}`), '');
    assert.equal(await value(`\${dir:${folder}/in:token}`), 'line\n');
    assert.equal(await value(`\${dir:${folder}/in/:link}`), 'line\n');
  });

  it('leave alone what nobody knows: provider, key, file of a folder, texts that only look like placeholders', async () => {
    const texts = [
      '${vault:a:b}',
      '${env:NOT_THERE}',
      `\${file:${folder}/in/db.properties:none}`,
      '${file:password}',
      `\${dir:${folder}/in:none}`,
      `\${dir:${folder}:in}`,
      `\${dir:${folder}/in:../inside-not/token}`,
      `\${dir:${folder}/in:..}`,
      '${name}',
      '${env:HOME_TOWN',
      '$env:HOME_TOWN}',
      '',
    ];
    for (const text of texts) assert.equal(await value(text), text);
    assert.equal(await value('${a${env:HOME_TOWN}'), '${a${env:HOME_TOWN}');
    assert.equal(await value('${x} ${env:HOME_TOWN}'), '${x} Wien');
  });

  it('resolve once: a placeholder in a value stays text', async () => {
    assert.equal(await value(`\${file:${folder}/in/db.properties:nested}`), '${env:HOME_TOWN}');
  });

  it('read only what their parameters allow', async () => {
    const env = { 'config.providers.env.param.allowlist.pattern': 'DB_.*' };
    assert.equal(await value('${env:DB_PASS}', env), 'p');
    assert.equal(await value('${env:OTHER}', env), '${env:OTHER}');
    const paths = { 'config.providers.dir.param.allowed.paths': `${folder}/in` };
    assert.equal(await value(`\${dir:${folder}/in:token}`, paths), 'line\n');
    for (const path of [`${folder}/inside-not`, `${folder}/in/../inside-not`, '/etc'])
      assert.equal(await value(`\${dir:${path}:token}`, paths), `\${dir:${path}:token}`);
  });

  it('fail with the place when a file cannot be read, and never wait for a device', async () => {
    const bad = [
      `\${file:${folder}/none.properties:a}`,
      '${file:/dev/zero:a}',
      `\${file:${folder}:a}`,
      '${env:path:NAME}',
    ];
    const failed = (error: unknown): boolean =>
      error instanceof ConnectorError && error.code === 'CONFIG_PROVIDER_FAILED';
    for (const text of bad) {
      await assert.rejects(resolverOf().resolve({ k: text }), failed, text);
      assert.throws(() => resolverOf().resolveSync({ k: text }), failed, text);
    }
  });

  it('say which values they have put under which keys', async () => {
    const { replaced } = await resolverOf().resolve({ a: 'x', b: '${env:DB_PASS}${env:OTHER}', c: '${env:NO}' });
    assert.deepEqual([...replaced], [['b', ['p', 'o']]]);
  });

  it('take long texts of colons in their stride', async () => {
    const text = '${' + ':'.repeat(500_000);
    assert.equal(await value(text), text);
  });

  it('are refused with the key when they are declared wrongly', () => {
    const { problems } = parseProviders({
      'config.providers': 'a,b,c,d',
      'config.providers.b.class': 'com.example.VaultProvider',
      'config.providers.c.class': `${kafka}.FileConfigProvider`,
      'config.providers.c.param.allowed.paths': '/a,b',
      'config.providers.d.class': `${kafka}.EnvVarConfigProvider`,
      'config.providers.d.param.allowlist.pattern': '(',
    });
    assert.deepEqual(
      problems.map(([key]) => key),
      [
        'config.providers.a.class',
        'config.providers.b.class',
        'config.providers.c.param.allowed.paths',
        'config.providers.d.param.allowlist.pattern',
      ],
    );
  });
});
