import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { Log } from './log.ts';

function capture(level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  return { log: Log.to(level, { write: (line) => void lines.push(line) }), lines };
}

function parsed(line: string | undefined): Record<string, unknown> {
  const value: unknown = JSON.parse(line ?? 'null');
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}

describe('log', () => {
  it('writes one JSON line per event, with its fields', () => {
    const { log, lines } = capture();
    log.child({ connector: 'inv', task: 0 }).info({ position: 88413320n }, 'task started');
    assert.equal(lines.length, 1);
    const { time, ...rest } = parsed(lines[0]);
    assert.match(String(time), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(rest, {
      level: 'info',
      connector: 'inv',
      task: 0,
      logger: 'millrace.worker',
      position: '88413320',
      msg: 'task started',
    });
  });

  it('writes nothing below its level', () => {
    const { log, lines } = capture();
    log.debug({ a: 1 }, 'x');
    assert.deepEqual(lines, []);
  });

  it('hides a secret by the name of its field, at any depth', () => {
    const { log, lines } = capture();
    const config = {
      'database.password': 'pw1',
      'sasl.jaas.config': 'pw2',
      'ssl.keystore.key': 'pw3',
      nested: { apiKey: 'pw4', list: [{ client_secret: 'pw5' }] },
      'key.converter': 'shown',
    };
    log.child({ password: 'pw6' }).info({ config, secretMap: new Map([['access.key', 'pw7']]) }, 'x');
    assert.doesNotMatch(lines.join(), /pw\d/);
    assert.match(lines.join(), /"key\.converter":"shown"/);
  });

  it('hides a secret that stands in a text or an error, causes included', () => {
    const { log, lines } = capture();
    const cause = new Error('refused for postgres://repl:pw1@db:5432/x and password="pw2 with blanks"');
    log.warn(
      {
        err: new ConnectorError('INTERNAL', 'login module required username="a" password=\'pw3\';', { cause }),
        note: 'token: pw4',
      },
      'secret=pw5',
    );
    const line = lines.join();
    assert.doesNotMatch(line, /pw\d|blanks/);
    assert.match(line, /"code":"INTERNAL"/);
    assert.match(line, /repl:\[hidden\]@db/);
  });

  it('cuts a text that is longer than a log line should be', () => {
    const { log, lines } = capture();
    log.info({ text: 'x'.repeat(1_000_000) }, 'y');
    assert.ok((lines[0]?.length ?? 0) < 20_000);
  });
});
