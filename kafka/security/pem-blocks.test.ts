import assert from 'node:assert/strict';
import { pemBlocks } from './pem-blocks.ts';

describe('PEM', () => {
  const body = 'A'.repeat(64);
  const whole = `-----BEGIN CERTIFICATE-----\n${body}\nBBBB\n-----END CERTIFICATE-----\n`;

  it('is taken as it is', () => {
    assert.deepEqual(pemBlocks(`# a comment\n${whole}${whole}`), [
      { label: 'CERTIFICATE', text: whole },
      { label: 'CERTIFICATE', text: whole },
    ]);
  });

  it('on one line, as in a properties file, gets its lines back', () => {
    assert.deepEqual(pemBlocks(whole.replaceAll('\n', ' ')), [{ label: 'CERTIFICATE', text: whole }]);
    assert.deepEqual(pemBlocks(whole.replaceAll('\n', '')), [{ label: 'CERTIFICATE', text: whole }]);
  });

  it('keeps an old key with headers as it is', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----';
    assert.deepEqual(pemBlocks(key), [{ label: 'RSA PRIVATE KEY', text: `${key}\n` }]);
  });
});
