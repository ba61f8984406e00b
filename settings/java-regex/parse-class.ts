import { parseEscape } from './parse-escape.ts';
import type { PatternReader } from './pattern-reader.ts';
import type { CharacterSet } from './syntax.ts';

const MAX_DEPTH = 50;

/**
 * A character class behind its `[`: items, ranges, nested classes (union) and intersections (`&&`); `^` negates all of it
 * (Java 9 and later).
 */
export function parseClass(reader: PatternReader, anyCase: boolean, depth = 0): CharacterSet {
  if (depth > MAX_DEPTH) throw reader.unsupported(`classes nested more than ${MAX_DEPTH} deep`);
  const negated = reader.accept('^');
  const operands: CharacterSet[] = [];
  for (;;) {
    const items = parseItems(reader, anyCase, { depth, first: operands.length === 0 });
    operands.push({ type: 'union', items, negated: false });
    if (reader.accept(']')) break;
    if (!reader.accept('&&')) throw reader.invalid('an unclosed character class');
    if (reader.peek() === '&') throw reader.unsupported("'&&&' in a character class");
  }
  const [only] = operands;
  if (only?.type === 'union' && operands.length === 1) return { ...only, negated };
  if (operands.some((operand) => operand.type === 'union' && operand.items.length === 0))
    throw reader.unsupported("'&&' with nothing on one side");
  return { type: 'intersection', items: operands, negated };
}

/** What stands between `[`, `&&` and `]`; not empty at the start of a class, where `]` is an ordinary character. */
function parseItems(
  reader: PatternReader,
  anyCase: boolean,
  { depth, first }: { depth: number; first: boolean },
): CharacterSet[] {
  const items: CharacterSet[] = [];
  let nested = 0;
  for (;;) {
    const character = reader.peek();
    if (character === '' || (character === '&' && reader.peek(1) === '&')) break;
    if (character === ']' && !(first && items.length === 0)) break;
    if (reader.accept('[')) {
      nested += 1;
      items.push(parseClass(reader, anyCase, depth + 1));
    } else items.push(parseItem(reader, anyCase));
  }
  // Java then lets the last item swallow the rest of the class, further && included: nobody means that.
  if (!first && nested > 0 && items.length > 1)
    throw reader.unsupported("'&&' followed by both a nested class and other characters");
  return items;
}

/** A character, a range or a predefined class. A `-` that cannot start a range is an ordinary character. */
function parseItem(reader: PatternReader, anyCase: boolean): CharacterSet {
  const from = parseOne(reader, anyCase);
  const beyond = reader.peek(1);
  if (from.type !== 'range' || reader.peek() !== '-' || beyond === '[' || beyond === ']' || beyond === '') return from;
  reader.next();
  const to = parseOne(reader, anyCase);
  if (to.type !== 'range' || to.to < from.from) throw reader.invalid('a character range that runs backwards');
  return { type: 'range', from: from.from, to: to.to };
}

function parseOne(reader: PatternReader, anyCase: boolean): CharacterSet {
  const character = reader.next();
  if (character !== '\\') {
    const code = character.codePointAt(0) ?? 0;
    return { type: 'range', from: code, to: code };
  }
  const escaped = parseEscape(reader, anyCase);
  if (escaped === undefined) throw reader.unsupported(`the escape \\${reader.peek()} inside a character class`);
  return escaped;
}
