import assert from 'node:assert/strict';
import { tlsAttempts, type TlsSettings } from './tls-options.ts';

const settings: TlsSettings = {
  hostname: 'db.example.org',
  sslMode: 'prefer',
  sslCertificate: null,
  sslKey: null,
  sslPassword: null,
  sslRootCertificate: null,
};

async function attempts(more: Partial<TlsSettings>): Promise<unknown[]> {
  const all = await tlsAttempts({ ...settings, ...more });
  return all.map(({ use, options }) => [use, options.rejectUnauthorized, options.checkServerIdentity === undefined]);
}

describe('sslmode', () => {
  it('tries in libpq’s order', async () => {
    assert.deepEqual(await attempts({ sslMode: 'disable' }), [['never', undefined, true]]);
    assert.deepEqual(await attempts({ sslMode: 'allow' }), [
      ['never', undefined, true],
      ['insist', false, false],
    ]);
    assert.deepEqual(await attempts({ sslMode: 'prefer' }), [
      ['offer', false, false],
      ['never', undefined, true],
    ]);
    assert.deepEqual(await attempts({ sslMode: 'require' }), [['insist', false, false]]);
    assert.deepEqual(await attempts({ sslMode: 'verify-ca' }), [['insist', true, false]]);
    assert.deepEqual(await attempts({ sslMode: 'verify-full' }), [['insist', true, true]]);
  });

  it('names the file that it cannot read', async () => {
    await assert.rejects(attempts({ sslKey: '/no/such/key' }), {
      code: 'CONFIG_INVALID',
      message: /^database.sslkey: .*\/no\/such\/key/,
    });
    await assert.rejects(attempts({ sslKey: import.meta.filename }), {
      code: 'CONFIG_INVALID',
      message: /no readable private key/,
    });
  });
});
