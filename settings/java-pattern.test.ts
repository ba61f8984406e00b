import assert from 'node:assert/strict';
import { ConnectorError } from '../errors/connector-error.ts';
import { javaPattern } from './java-pattern.ts';
import { SettingValueError } from './setting.ts';

/** Each row was run with java.util.regex.Pattern of Java 17: pattern, flags, text, matches, find. */
const asInJava: readonly (readonly [string, string, string, boolean, boolean])[] = [
  [String.raw`public\.orders`, '', 'public.orders', true, true],
  [String.raw`public\.orders`, '', 'public_orders', false, false],
  ['orders', '', 'public.orders', false, true],
  ['a|ab', '', 'ab', true, true],
  ['(?i)Orders', '', 'ORDERS', true, true],
  ['(a(?i)b)c', '', 'aBC', false, false],
  ['a(?i)b|c', '', 'aB', true, true],
  ['(?-i)a', 'i', 'A', false, false],
  // CASE_INSENSITIVE alone is about ASCII letters: the Kelvin sign and accented letters keep their case.
  ['k', 'i', '\u212a', false, false],
  ['é', 'i', 'É', false, false],
  ['[a-c]', 'i', 'B', true, true],
  ['[^a-c]', 'i', 'B', false, false],
  [String.raw`\p{Lower}`, 'i', 'A', true, true],
  [String.raw`[^\p{Lu}]`, 'i', 'a', false, false],
  [String.raw`\Qa.b\E*`, '', 'a.bbb', true, true],
  [String.raw`[\Q]^\E]+`, '', ']^', true, true],
  [String.raw`a\Qb`, '', 'ab', true, true],
  ['a++a', '', 'aa', false, false],
  ['(?>a*)a', '', 'aa', false, false],
  ['x{1,2}+x', '', 'xxx', true, true],
  [String.raw`(?:\W{1,}){2}+`, '', '- é^', false, false],
  [String.raw`\p{Alpha}\p{Digit}\p{Punct}`, '', 'a1-', true, true],
  [String.raw`\pL\p{IsLatin}\p{IsAlphabetic}\p{script=latin}`, '', 'éaéa', true, true],
  [String.raw`\w`, '', 'é', false, false],
  [String.raw`\s`, '', '\u00a0', false, false],
  [String.raw`\h`, '', '\u00a0', true, true],
  [String.raw`\x61\x{1F600}\uD83D\uDE00\0141\cA`, '', 'a\u{1F600}\u{1F600}a\u0001', true, true],
  ['.', '', '\u{1F600}', true, true],
  ['.', '', '\u0085', false, false],
  ['(?s).', '', '\u0085', true, true],
  [String.raw`a$`, '', 'a\n', false, true],
  [String.raw`a\z`, '', 'a\n', false, false],
  [String.raw`\Aa\Z`, '', 'a\n', false, true],
  ['(?m)^', '', '', false, false],
  ['(?m)b$', '', 'a\nb\r\n', false, true],
  ['[]a]', '', ']', true, true],
  ['[a-]', '', '-', true, true],
  ['[a-d-f]', '', 'e', false, false],
  ['[a&b]', '', '&', true, true],
  ['[a-d[m-p]]', '', 'n', true, true],
  ['[^a[b]]', '', 'b', false, false],
  ['[a-z&&[^bc]]', '', 'b', false, false],
  ['[a-z&&def]', '', 'e', true, true],
  ['[^a-z&&[b]]', '', '1', true, true],
  [String.raw`[\d-z]`, '', '-', true, true],
  [String.raw`(?<n>a|b)\k<n>`, '', 'bb', true, true],
  [String.raw`(a)\11`, '', 'aa1', true, true],
  ['(?<=a|bc)d', '', 'bcd', false, true],
  ['(?<!a)d', '', 'ad', false, false],
  ['', '', '', true, true],
  ['}', '', '}', true, true],
];

const cannot: readonly (readonly [string, RegExp])[] = [
  ['a{', /'a\{': '\{' that begins no repetition/],
  ['a**', /'\*' with nothing to repeat/],
  ['a{3,2}', /runs backwards/],
  ['(a', /unclosed group/],
  ['a)', /unmatched closing/],
  ['[a', /unclosed character class/],
  ['[z-a]', /range that runs backwards/],
  [String.raw`\y`, /unknown escape \\y/],
  ['a\\', /ends with a backslash/],
  [String.raw`\p{InGreek}`, /property \\p\{InGreek\}, which is not supported/],
  [String.raw`\p{Nothing}`, /property \\p\{Nothing\}/],
  [String.raw`\Ga`, /\\G, which is not supported/],
  [String.raw`\R`, /\\R, which is not supported/],
  [String.raw`\b{g}`, /\\b\{g\}/],
  ['(?x) a', /flags in \(\?x\)/],
  ['(?u)a', /flags in \(\?u\)/],
  ['(?#c)a', /'\(\?#' is no group/],
  [String.raw`\1(a)`, /back-reference to group 1/],
  [String.raw`(?:(a)|b)\1`, /back-reference to group 1/],
  [String.raw`(?i)(a)\1`, /back-reference without regard to case/],
  ['(?<=a++)b', /inside a look-behind/],
  ['[a-z&&]', /nothing on one side/],
  ['[a-z&&[^b]c]', /both a nested class/],
  ['('.repeat(200) + ')'.repeat(200), /nested more than 100 deep/],
  ['a{20000}', /more than 10000/],
];

describe('Java regular expressions', () => {
  for (const [pattern, flags, text, matches, find] of asInJava)
    it(`match as in Java: ${JSON.stringify(pattern)} on ${JSON.stringify(text)}`, () => {
      const compiled = javaPattern(pattern, { flags });
      assert.deepEqual([compiled.matches(text), compiled.find(text)], [matches, find]);
    });

  for (const [pattern, reason] of cannot)
    it(`are refused with the construct named: ${pattern.slice(0, 20)}`, () => {
      assert.throws(
        () => javaPattern(pattern),
        (error) => error instanceof SettingValueError && reason.test(error.message),
      );
    });

  it('stop after the time limit instead of holding up the thread', () => {
    const pattern = javaPattern('(a+)+b');
    assert.equal(pattern.matches('aaab'), true);
    assert.throws(
      () => pattern.matches('a'.repeat(60)),
      (error) => error instanceof ConnectorError && /longer than 1000 ms/.test(error.message),
    );
  });

  it('give the same answers under the time limit, for any text', () => {
    const pattern = javaPattern(String.raw`(?:[a-z"'\u2028]|\\)+\n`, { flags: 'i' });
    assert.equal(pattern.matches('A"b\'\u2028\\\n'), true);
    assert.equal(pattern.matches('A"b\'\u2028\\'), false);
    assert.equal(javaPattern('x.*').matches('x'.repeat(5000)), true);
  });

  it('say where the first match stands and what its groups hold', () => {
    const pattern = javaPattern(String.raw`(?<schema>[a-z]+)\.(x)?([a-z]+)`);
    assert.equal(pattern.groupCount, 3);
    assert.deepEqual([...pattern.groupNames], [['schema', 1]]);
    assert.deepEqual(pattern.firstMatch('..public.orders!'), {
      start: 2,
      end: 15,
      groups: ['public.orders', 'public', undefined, 'orders'],
    });
    assert.equal(pattern.firstMatch('none'), undefined);
    const long = `${'-'.repeat(300)}a.b`;
    assert.deepEqual(pattern.firstMatch(long), { start: 300, end: 303, groups: ['a.b', 'a', undefined, 'b'] });
  });
});
