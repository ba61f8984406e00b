import assert from 'node:assert/strict';
import { LineCutter } from './line-cutter.ts';

function cut(...chunks: string[]): [string, number][] {
  const cutter = new LineCutter(0n, 100);
  return chunks.flatMap((chunk) =>
    (cutter.push(Buffer.from(chunk)) ?? []).map(({ text, end }): [string, number] => [text, Number(end)]),
  );
}

describe('lines of a file', () => {
  it('end with LF, CR LF or CR, and each knows where the next one begins', () => {
    assert.deepEqual(cut('a\nbc\r\nd\re\n'), [
      ['a', 2],
      ['bc', 6],
      ['d', 8],
      ['e', 10],
    ]);
  });

  it('are cut alike wherever the reads end, also between CR and LF and inside a character', () => {
    const whole = Buffer.from('ä\r\n\nü€\rx\n');
    const expected = cut(whole.toString());
    for (let at = 0; at <= whole.length; at += 1) {
      const cutter = new LineCutter(0n, 100);
      const lines = [whole.subarray(0, at), whole.subarray(at)].flatMap((part) => cutter.push(part) ?? []);
      assert.deepEqual(
        lines.map(({ text, end }): [string, number] => [text, Number(end)]),
        expected,
      );
    }
  });

  it('are read on from where the last complete one ended', () => {
    const cutter = new LineCutter(10n, 100);
    cutter.push(Buffer.from('one\ntw'));
    assert.equal(cutter.readPosition, 16n);
    assert.deepEqual(cutter.push(Buffer.from('o\n')), [{ text: 'two', end: 18n }]);
  });

  it('are refused beyond the longest one allowed', () => {
    assert.equal(new LineCutter(0n, 3).push(Buffer.from('abcd')), undefined);
  });
});
