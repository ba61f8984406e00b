import assert from 'node:assert/strict';
import { TextTail } from './text-tail.ts';

describe('last words of a process', () => {
  it('are told line by line, whatever the pieces they come in', () => {
    const lines: string[] = [];
    const tail = new TextTail((line) => lines.push(line));
    tail.add('one\ntw');
    tail.add('o\n\nthree');
    assert.deepEqual(lines, ['one', 'two']);
    assert.equal(tail.text, 'one\ntwo\n\nthree');
  });

  it('stay within their bound, also without line ends', () => {
    const lines: string[] = [];
    const tail = new TextTail((line) => lines.push(line), 10);
    for (let piece = 0; piece < 100; piece += 1) tail.add('x'.repeat(7));
    assert.equal(tail.text.length, 10);
    assert.ok(lines.every((line) => line.length <= 20));
  });
});
