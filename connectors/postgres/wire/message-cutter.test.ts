import assert from 'node:assert/strict';
import { MessageCutter, type ServerMessage } from './message-cutter.ts';

function message(type: string, body: string): Buffer {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}`, 'latin1');
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}

const text = ({ type, bytes, start, end }: ServerMessage): string =>
  `${String.fromCharCode(type)}:${bytes.toString('latin1', start, end)}`;

describe('cutting the server’s messages', () => {
  const stream = Buffer.concat([
    message('d', 'first'),
    message('Z', ''),
    message('d', 'x'.repeat(300)),
    message('c', 'end'),
  ]);
  const whole = ['d:first', 'Z:', `d:${'x'.repeat(300)}`, 'c:end'];

  it('gives the same messages wherever the reads are split', () => {
    for (let first = 0; first <= stream.length; first += 1) {
      for (const second of [first, Math.min(first + 3, stream.length), Math.floor((first + stream.length) / 2)]) {
        const got: string[] = [];
        const cutter = new MessageCutter((one) => got.push(text(one)) > 0);
        for (const chunk of [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)])
          assert.equal(cutter.push(chunk), true);
        assert.deepEqual(got, whole);
      }
    }
  });

  it('hands a message over in place when it lies within a read', () => {
    const places: boolean[] = [];
    const chunk = stream.subarray(0, 20);
    new MessageCutter(({ bytes }) => places.push(bytes === chunk) > 0).push(chunk);
    assert.deepEqual(places, [true, true]);
  });

  it('hands nothing over while suspended, and goes on behind the message that suspended it', () => {
    for (let split = 0; split <= stream.length; split += 7) {
      const got: string[] = [];
      const cutter = new MessageCutter((one) => {
        got.push(text(one));
        return false;
      });
      cutter.push(stream.subarray(0, split));
      cutter.push(stream.subarray(split));
      for (let expected = 1; expected <= whole.length; expected += 1) {
        assert.deepEqual(got, whole.slice(0, expected));
        cutter.resume();
      }
      assert.equal(cutter.suspended, false);
    }
  });

  it('gathers a message of many reads in one buffer of its size', () => {
    const large = message('d', 'y'.repeat(1_000_000));
    let size = 0;
    const cutter = new MessageCutter(({ bytes, start, end }) => {
      size = end - start;
      assert.equal(bytes.length, large.length);
      return true;
    });
    for (let at = 0; at < large.length; at += 4096) cutter.push(large.subarray(at, at + 4096));
    assert.equal(size, 1_000_000);
  });

  it('refuses a length that no server sends', () => {
    assert.throws(() => new MessageCutter(() => true).push(Buffer.from([100, 255, 255, 255, 255, 0])), RangeError);
    assert.throws(() => new MessageCutter(() => true).push(Buffer.from([100, 0, 0, 0, 3, 0])), RangeError);
  });
});
