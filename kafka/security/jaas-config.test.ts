import assert from 'node:assert/strict';
import { ConnectorError } from '../../errors/connector-error.ts';
import { parseJaasConfig } from './jaas-config.ts';

describe('sasl.jaas.config', () => {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';

  it('gives the class and the options of a login module', () => {
    const { className, options } = parseJaasConfig(`${plain} required username="alice" password="alice-secret";`);
    assert.equal(className, plain);
    assert.deepEqual(
      [...options],
      [
        ['username', 'alice'],
        ['password', 'alice-secret'],
      ],
    );
  });

  it('takes line breaks, comments, single quotes and bare words', () => {
    const text = `${plain} /* the module */ required
      username='bob' // who
      password=s3cret_1-2.3
      user_bob="x";\n`;
    const { options } = parseJaasConfig(text);
    assert.deepEqual([...options.values()], ['bob', 's3cret_1-2.3', 'x']);
  });

  it('keeps every character of a quoted password', () => {
    const { options } = parseJaasConfig(String.raw`${plain} required password="a\"b\\c;=/*x*/ //\101\n\q'ü";`);
    assert.equal(options.get('password'), 'a"b\\c;=/*x*/ //A\nq\'ü');
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /class name/],
    [`${plain} username="a";`, /required/],
    [`${plain} required username="a" password="topsecret"`, /semicolon/],
    [`${plain} required username="a" password="topsecret;`, /open quote/],
    [`${plain} required username=;`, /option username has no value/],
    [`${plain} required "topsecret" x;`, /name="value"/],
    [`${plain} required a="b"; ${plain} required a="topsecret";`, /one login module/],
  ];
  for (const [text, message] of wrong)
    it(`refuses ${JSON.stringify(text.replaceAll(plain, 'Module'))} without showing it`, () => {
      assert.throws(
        () => parseJaasConfig(text),
        (error: unknown) =>
          error instanceof ConnectorError &&
          error.code === 'CONFIG_INVALID' &&
          message.test(error.message) &&
          !error.message.includes('topsecret'),
      );
    });
});
