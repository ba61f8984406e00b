import assert from 'node:assert/strict';
import { isSecretKey } from './secret-keys.ts';

describe('names of secrets', () => {
  it('are known by their parts, in the spellings of Kafka, Debezium and logs', () => {
    for (const name of [
      'database.password',
      'database.sslpassword',
      'producer.override.sasl.jaas.config',
      'ssl.keystore.key',
      'ssl.key.password',
      'value.converter.basic.auth.user.info',
      'client_secret',
      'apiKey',
      'aws.access.key.id',
      'Authorization',
      'passphrase',
    ])
      assert.equal(isSecretKey(name), true, name);
  });

  it('are not seen where a name only resembles one', () => {
    for (const name of [
      'key.converter',
      'key',
      'message.key.columns',
      'ssl.keystore.location',
      'ssl.truststore.location',
      'ssl.keystore.type',
      'sasl.oauthbearer.token.endpoint.url',
      'database.user',
      'unavailable.value.placeholder',
    ])
      assert.equal(isSecretKey(name), false, name);
  });
});
