import assert from 'node:assert/strict';
import { Log } from '../log.ts';
import { SecretValues } from './secret-values.ts';

describe('values of configuration providers', () => {
  it('of secret settings are hidden, whole and in parts, wherever a text quotes them', () => {
    const secrets = new SecretValues();
    const jaas = 'X required password="s3cr(et"';
    const config = { 'sasl.jaas.config': jaas, 'database.hostname': 'db.example', 'tasks.max': '1' };
    const replaced = new Map([
      ['sasl.jaas.config', ['s3cr(et']],
      ['database.hostname', ['db.example']],
      ['tasks.max', ['1']],
    ]);
    secrets.learn({ config, replaced });
    assert.equal(secrets.redact('no s3cr(et on db.example: 1'), 'no [hidden] on db.example: 1');
    assert.equal(secrets.redact(`got ${jaas}!`), 'got [hidden]!');
  });

  it('are hidden in log lines, at any depth, in errors, and in loggers that were there before', () => {
    const lines: string[] = [];
    const secrets = new SecretValues();
    const log = Log.to('info', { write: (line) => void lines.push(line) }, secrets).child({ connector: 'c' });
    secrets.add(['topsecret']);
    log.error({ err: new Error('login topsecret'), deep: { list: ['a topsecret'] } }, 'topsecret failed');
    assert.doesNotMatch(lines.join(''), /topsecret/);
    assert.match(lines.join(''), /login \[hidden\]/);
  });

  it('that are too short to be told from other texts are left alone', () => {
    const secrets = new SecretValues();
    secrets.add(['', 'abc']);
    assert.equal(secrets.redact('abc'), 'abc');
  });
});
