import assert from 'node:assert/strict';
import { fieldText } from '../../row-image.ts';
import { readCopyRow } from './copy-row.ts';

function read(line: string, width: number): (string | null | undefined)[] {
  const bytes = Buffer.from(`before${line}\nbehind`, 'utf8');
  const fields = new Int32Array(2 * width + 2);
  readCopyRow({ bytes, start: 6, end: bytes.length - 6 }, fields, { base: 2, width });
  assert.equal(bytes.toString('utf8', bytes.length - 6), 'behind');
  return Array.from({ length: width }, (_, column) => fieldText({ bytes, fields, at: 2 }, column));
}

describe('lines of COPY in text format', () => {
  it('give their values, NULL apart from empty and from the letter N', () => {
    assert.deepEqual(read('1\ta b\t\t\\N\tN', 5), ['1', 'a b', '', null, 'N']);
    assert.deepEqual(read('', 1), ['']);
    assert.deepEqual(read('', 0), []);
  });

  it('give back what is escaped, and what follows it', () => {
    assert.deepEqual(read('a\\tb\\nc\\\\N\\r\\b\\f\\v!\tžlutý \\\\ kůň\t\\\\N', 3), [
      'a\tb\nc\\N\r\b\f\v!',
      'žlutý \\ kůň',
      '\\N',
    ]);
  });

  it('must have as many values as there are columns', () => {
    assert.throws(() => read('1\t2', 1), RangeError);
    assert.throws(() => read('1', 2), RangeError);
  });
});
