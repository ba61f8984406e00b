import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { clientOptions } from './client-options.ts';
import { pkcs12Certificates } from './security/pkcs12-certificates.ts';

// A trust store as keytool of Java 17 writes it (PBES2 with AES, HmacPBESHA256), with one elliptic-curve certificate.
const ecTrustStore = [
  'MIIC4gIBAzCCAowGCSqGSIb3DQEHAaCCAn0EggJ5MIICdTCCAnEGCSqGSIb3DQEHBqCCAmIwggJeAgEAMIICVwYJKoZIhvcNAQcB',
  'MGYGCSqGSIb3DQEFDTBZMDgGCSqGSIb3DQEFDDArBBQZ8WEtwuoc7PVGNG3Tr8NW01ZyjQICJxACASAwDAYIKoZIhvcNAgkFADAd',
  'BglghkgBZQMEASoEEBy9pd7zzhD0jARvmXlsl5eAggHgKf7U0/9KFBumj+mHgdeAA0ZykTcCE7gi36gI5tEsAXiC4oZKlQbIipzS',
  'lURZxNdttHcBc5uOMLAZ7UGvDvIlCd8mWDx16agIGC7A3epWQJxXYV6oSuJpErCgAz8ycLu97ysUHBUI0tgLNtNmVQ2xvn4naBPS',
  'phl+wN15rLHfszMFMtSwxxVg545tOojtPYM3baad1qgEyG7zx31wRc5FeFJ2MVRsYw2IVDBG/w9jUoxV1snSUspIJBuu9Z2WLtxi',
  'KyviGUlstq8CEL0LXFadR0tuepdLzdj0F3OreLiYblsfgyUKka843ZSpE12xbWob7kcogyL2HHo6PiML3VEhzYQgYNe2OZhzlCg5',
  'Mbuq0/hgxc27C6WY/XAWRdPvjwrM7itcqVbMU1GNQAUKOcRPRGtJbkjCd2YwNTqGsfyajYG08tvRhwk+5g5SowyRPinFFf0yuxt7',
  'prqbdmrnO/Mp+xX7yNIkHHrFg6kB8FU/vdqnhcX4fEqW82uY362r25cAinHentS7XJ0CEZPepuqyQHjMisqSyzKYTngOOh4CMFaQ',
  'DU29TUVu9pmr9rFfsdw6KxBoVrBQYZqBDe9H7nmcZmmQ/qkR7Z3tMIwbeFx7F2SOg4wJKYMJtF+ZWA8W3bNCME0wMTANBglghkgB',
  'ZQMEAgEFAAQgKYLiRZDvHoAeV8igyTDbiU06HD+ApkBCoyrd2aSomRkEFK57oLgCbE812B4bLffFJd5rkBgiAgInEA==',
].join('');

describe('client options', () => {
  const brokers = { 'bootstrap.servers': 'a:9092' };

  it('have the defaults of a Connect worker', () => {
    assert.deepEqual(clientOptions(brokers), {
      bootstrap: [{ host: 'a', port: 9092 }],
      clientId: '',
      tls: undefined,
      sasl: undefined,
      requestTimeoutMs: 40_000,
      connectionSetupTimeoutMs: 10_000,
      connectionsMaxIdleMs: 540_000,
      retryBackOff: { baseMs: 100, maxMs: 1000 },
      metadataMaxAgeMs: 300_000,
    });
  });

  it('leave out the stores where TLS is not used, as Kafka does', () => {
    assert.equal(clientOptions({ ...brokers, 'ssl.truststore.location': '/nowhere' }).tls, undefined);
  });

  it('do not show a password when they are printed', () => {
    const options = clientOptions({
      ...brokers,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': 'x.PlainLoginModule required username="u" password="topsecret";',
    });
    assert.equal(options.sasl?.password(), 'topsecret');
    assert.doesNotMatch(inspect(options, { depth: 10, showHidden: true }) + JSON.stringify(options.sasl), /topsecret/);
  });

  const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'Invalid value FTP for configuration security.protocol': { 'security.protocol': 'FTP' },
    'Invalid value soon for configuration request.timeout.ms': { 'request.timeout.ms': 'soon' },
    'sasl.mechanism GSSAPI is not supported': { 'security.protocol': 'SASL_SSL' },
    'SASL_PLAINTEXT needs sasl.jaas.config': { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN' },
    'needs a ScramLoginModule': {
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.jaas.config': 'x.PlainLoginModule required;',
    },
    'ssl.truststore.location: the file cannot be read: ENOENT': {
      'security.protocol': 'SSL',
      'ssl.truststore.location': '/nowhere/trust.pem',
    },
    'ssl.truststore.certificates holds no certificate': {
      'security.protocol': 'SSL',
      'ssl.truststore.certificates': 'none',
    },
    'needed together': { 'security.protocol': 'SSL', 'ssl.keystore.key': 'k' },
  };
  for (const [message, config] of Object.entries(wrong))
    it(`refuse: ${message}`, () => assert.throws(() => clientOptions({ ...brokers, ...config }), new RegExp(message)));

  describe('PKCS12 trust store of a current Java', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'millrace-stores-'));
      await writeFile(join(folder, 'ec.p12'), Buffer.from(ecTrustStore, 'base64'));
    });
    after(() => rm(folder, { recursive: true }));

    function withStore(more: Readonly<Record<string, string>>) {
      const location = { 'ssl.truststore.location': join(folder, 'ec.p12') };
      return clientOptions({ ...brokers, 'security.protocol': 'SSL', ...location, ...more });
    }

    it('is opened, also with a certificate that is not RSA', () => {
      assert.equal(pkcs12Certificates(Buffer.from(ecTrustStore, 'base64'), 'store-secret').length, 1);
      assert.ok(withStore({ 'ssl.truststore.password': 'store-secret' }).tls);
    });

    it('is opened though it is declared as JKS, the default of Java', () => {
      assert.ok(withStore({ 'ssl.truststore.password': 'store-secret', 'ssl.truststore.type': 'JKS' }).tls);
    });

    it('is not opened with another password', () => {
      assert.throws(
        () => withStore({ 'ssl.truststore.password': 'wrong' }),
        /cannot be opened with ssl.truststore.password/,
      );
    });

    it('is not taken for PEM', () => {
      assert.throws(() => withStore({ 'ssl.truststore.type': 'PEM' }), /is PKCS12, but ssl.truststore.type is PEM/);
    });
  });
});
