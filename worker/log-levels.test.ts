import assert from 'node:assert/strict';
import { LogLevels } from './log-levels.ts';
import { Log } from './log.ts';

function levels(): LogLevels {
  const all = new LogLevels('INFO');
  for (const name of ['a', 'a.b', 'a.b.c', 'ab']) all.add(name);
  return all;
}

describe('log levels', () => {
  it('a change reaches all loggers below, and names only those whose level it changed', () => {
    const all = levels();
    assert.deepEqual(all.set('a.b.c', 'DEBUG', 1), ['a.b.c']);
    assert.deepEqual(all.set('a', 'DEBUG', 2), ['a', 'a.b']);
    assert.deepEqual(all.set('a', 'DEBUG', 3), []);
    assert.deepEqual(all.get('a.b.c'), { level: 'DEBUG', lastModified: 1 });
    assert.deepEqual(all.get('a.b'), { level: 'DEBUG', lastModified: 2 });
    assert.deepEqual(all.get('ab'), { level: 'INFO', lastModified: null });
  });

  it('root is above every logger, in any letters', () => {
    const all = levels();
    assert.deepEqual(all.set('ROOT', 'WARN', 1), ['a', 'a.b', 'a.b.c', 'ab', 'root']);
    assert.equal(all.get('Root')?.level, 'WARN');
  });

  it('makes a logger that is not known; later ones take the level of the nearest above them', () => {
    const all = levels();
    assert.deepEqual(all.set('io.example', 'TRACE', 1), ['io.example']);
    assert.equal(all.enabled('io.example.deep.Thing', 'trace'), true);
    all.add('io.example.deep');
    assert.deepEqual(all.get('io.example.deep'), { level: 'TRACE', lastModified: null });
    assert.equal(all.enabled('io.other', 'debug'), false);
  });

  it('OFF silences a logger and takes it off the list; ALL lets everything pass', () => {
    const all = levels();
    all.set('a.b', 'OFF', 1);
    assert.equal(all.enabled('a.b.c', 'fatal'), false);
    assert.deepEqual(
      all.all().map(([name]) => name),
      ['a', 'ab', 'root'],
    );
    all.set('a.b', 'ALL', 2);
    assert.equal(all.enabled('a.b.c', 'trace'), true);
  });

  it('another process can follow', () => {
    const all = levels();
    let told = 0;
    const end = all.onChange(() => (told += 1));
    all.set('a', 'DEBUG', 1);
    all.set('a', 'DEBUG', 2);
    end();
    all.set('ab', 'DEBUG', 3);
    assert.equal(told, 1);
    const follower = new LogLevels('INFO');
    follower.follow(all.snapshot());
    assert.equal(follower.enabled('a.b', 'debug'), true);
  });

  it('lines carry the name of their logger and obey its level from the next line on', () => {
    const lines: string[] = [];
    const log = Log.to('info', { write: (line) => void lines.push(line) });
    const kafka = log.named('millrace.kafka');
    kafka.debug({}, 'hidden');
    log.levels.set('millrace', 'DEBUG', 1);
    kafka.child({ task: 0 }).debug({}, 'shown');
    log.levels.set('millrace.kafka', 'OFF', 2);
    kafka.error({}, 'hidden');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /"task":0,"logger":"millrace\.kafka","msg":"shown"/);
  });
});
