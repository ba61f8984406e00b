import { parseClass } from './parse-class.ts';
import { lineTerminators, parseEscape } from './parse-escape.ts';
import { PatternReader } from './pattern-reader.ts';
import { places } from './places.ts';
import { single, textSet, type PatternNode } from './syntax.ts';

/** Flags that can be given beside a pattern or inside it, as in `(?i)`. */
export interface PatternFlags {
  /** i: ASCII letters match in either case. */
  readonly anyCase: boolean;
  /** s: `.` matches line terminators too. */
  readonly dotAll: boolean;
  /** m: `^` and `$` match at lines. */
  readonly multiline: boolean;
}

const flagNames: Readonly<Record<string, keyof PatternFlags>> = {
  i: 'anyCase',
  s: 'dotAll',
  m: 'multiline',
};

/** The flags of a text such as `i` or `is`; undefined when a letter is none that is supported. */
export function withFlags(base: PatternFlags, letters: string, value: boolean): PatternFlags | undefined {
  const changed = { ...base };
  for (const letter of letters) {
    const name = flagNames[letter];
    if (name === undefined) return undefined;
    changed[name] = value;
  }
  return changed;
}

// Deep enough for any list of names; shallow enough for the stack of this parser and of the engine's.
const MAX_DEPTH = 100;
// Java's limit is an int; beyond this V8 refuses to compile the repetition anyway.
const MAX_REPEAT = 10_000;

/** Parses a Java regular expression. Throws SettingValueError, naming the construct, for what is wrong or cannot be translated. */
export function parsePattern(text: string, flags: PatternFlags): PatternNode {
  return parseWithGroups(text, flags).node;
}

/** A pattern with what a replacement text may refer to. */
export interface ParsedPattern {
  readonly node: PatternNode;
  /** Number of its capturing groups. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

/** As parsePattern. */
export function parseWithGroups(text: string, flags: PatternFlags): ParsedPattern {
  const parser = new PatternParser(new PatternReader(text), flags);
  return { node: parser.parse(), groups: parser.groups, names: parser.names };
}

/** A recursive descent over the pattern: choice → sequence → repetition → atom. */
class PatternParser {
  readonly #reader: PatternReader;
  #flags: PatternFlags;
  #depth = 0;
  #groups = 0;
  readonly #names = new Map<string, number>();

  constructor(reader: PatternReader, flags: PatternFlags) {
    this.#reader = reader;
    this.#flags = flags;
  }

  get groups(): number {
    return this.#groups;
  }

  get names(): ReadonlyMap<string, number> {
    return this.#names;
  }

  parse(): PatternNode {
    const node = this.#choice();
    if (!this.#reader.atEnd) throw this.#reader.invalid("an unmatched closing ')'");
    return node;
  }

  #choice(): PatternNode {
    const branches = [this.#sequence()];
    while (this.#reader.accept('|')) branches.push(this.#sequence());
    return branches.length === 1 && branches[0] !== undefined ? branches[0] : { type: 'choice', branches };
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    while (!this.#reader.atEnd && this.#reader.peek() !== '|' && this.#reader.peek() !== ')') {
      const item = this.#repeated();
      if (item !== undefined) items.push(item);
    }
    return { type: 'sequence', items };
  }

  #repeated(): PatternNode | undefined {
    const item = this.#atom();
    if (item === undefined) return undefined;
    const bounds = this.#bounds();
    if (bounds === undefined) return item;
    const kind = this.#reader.accept('?') ? 'lazy' : this.#reader.accept('+') ? 'possessive' : 'greedy';
    return { type: 'repeat', item, ...bounds, kind };
  }

  #bounds(): { min: number; max: number } | undefined {
    const reader = this.#reader;
    if (reader.accept('*')) return { min: 0, max: Infinity };
    if (reader.accept('+')) return { min: 1, max: Infinity };
    if (reader.accept('?')) return { min: 0, max: 1 };
    if (!reader.accept('{')) return undefined;
    const low = reader.takeWhile(/^\d$/);
    const high = reader.accept(',') ? reader.takeWhile(/^\d$/) : low;
    if (low === '' || !reader.accept('}')) throw reader.invalid("'{' that begins no repetition such as {2} or {2,5}");
    const bounds = { min: Number(low), max: high === '' ? Infinity : Number(high) };
    if (bounds.max < bounds.min) throw reader.invalid(`the repetition {${low},${high}}, which runs backwards`);
    if (bounds.min > MAX_REPEAT || (bounds.max > MAX_REPEAT && bounds.max !== Infinity))
      throw reader.unsupported(`a repetition of more than ${MAX_REPEAT}`);
    return bounds;
  }

  /** One item; undefined for flags such as `(?i)`, which stand for nothing by themselves. */
  #atom(): PatternNode | undefined {
    const reader = this.#reader;
    const character = reader.next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { type: 'set', set: parseClass(reader, this.#flags.anyCase), anyCase: this.#flags.anyCase };
      case '\\':
        return this.#escape();
      case '.':
        return { type: 'set', set: textSet(this.#flags.dotAll ? '[^]' : `[^${lineTerminators}]`), anyCase: false };
      case '^':
        return { type: 'place', text: this.#flags.multiline ? places.lineStart : places.start };
      case '$':
        return { type: 'place', text: this.#flags.multiline ? places.lineEnd : places.endOrLastTerminator };
      case '*':
      case '+':
      case '?':
      case '{':
        throw reader.invalid(`'${character}' with nothing to repeat`);
      default:
        return { type: 'set', set: single(character.codePointAt(0) ?? 0), anyCase: this.#flags.anyCase };
    }
  }

  #escape(): PatternNode {
    const reader = this.#reader;
    const set = parseEscape(reader, this.#flags.anyCase);
    if (set !== undefined) return { type: 'set', set, anyCase: this.#flags.anyCase };
    if (/^[1-9]$/.test(reader.peek())) return this.#numberedReference();
    const letter = reader.next();
    if (letter === 'k') return this.#namedReference();
    if (letter === 'b' && reader.peek() === '{') throw reader.unsupported(String.raw`\b{g}`);
    const place = { b: '\\b', B: '\\B', A: places.start, z: places.end, Z: places.endOrLastTerminator }[letter];
    if (place !== undefined) return { type: 'place', text: place };
    if (/^[GNRX]$/.test(letter)) throw reader.unsupported(`\\${letter}`);
    throw reader.invalid(`the unknown escape \\${letter}`);
  }

  /** As many digits as still name a group that has begun: `\11` is group 1 and the digit 1 when there are fewer than 11. */
  #numberedReference(): PatternNode {
    const reader = this.#reader;
    let number = Number(reader.next());
    while (/^\d$/.test(reader.peek()) && number * 10 + Number(reader.peek()) <= this.#groups)
      number = number * 10 + Number(reader.next());
    return this.#reference(number);
  }

  #namedReference(): PatternNode {
    const reader = this.#reader;
    const name = reader.accept('<') ? reader.takeWhile(/^[A-Za-z0-9]$/) : '';
    const number = this.#names.get(name);
    if (number === undefined || !reader.accept('>')) throw reader.invalid(String.raw`\k that names no group before it`);
    return this.#reference(number);
  }

  #reference(number: number): PatternNode {
    if (this.#flags.anyCase) throw this.#reader.unsupported('a back-reference without regard to case');
    return { type: 'reference', number };
  }

  #group(): PatternNode | undefined {
    const reader = this.#reader;
    if (!reader.accept('?')) return this.#capturing();
    if (reader.accept(':')) return this.#inside();
    if (reader.accept('>')) return { type: 'atomic', item: this.#inside() };
    for (const [opening, ahead, negative] of looks)
      if (reader.accept(opening)) return { type: 'look', ahead, negative, item: this.#inside() };
    if (reader.accept('<')) return this.#namedGroup();
    return this.#inlineFlags();
  }

  #capturing(): PatternNode {
    this.#groups += 1;
    const number = this.#groups;
    return { type: 'group', number, item: this.#inside() };
  }

  #namedGroup(): PatternNode {
    const name = this.#reader.takeWhile(/^[A-Za-z0-9]$/);
    if (!/^[A-Za-z]/.test(name) || !this.#reader.accept('>'))
      throw this.#reader.invalid('a group name that is not one');
    if (this.#names.has(name)) throw this.#reader.invalid(`two groups named '${name}'`);
    this.#names.set(name, this.#groups + 1);
    return this.#capturing();
  }

  /** `(?i)` to the end of the group it stands in, `(?i-s:X)` for X alone. */
  #inlineFlags(): PatternNode | undefined {
    const reader = this.#reader;
    const on = reader.takeWhile(/^[a-zA-Z]$/);
    const off = reader.accept('-') ? reader.takeWhile(/^[a-zA-Z]$/) : '';
    const scoped = reader.accept(':');
    if (!scoped && !reader.accept(')')) throw reader.invalid(`'(?${on}${reader.peek()}' is no group`);
    const switchedOn = withFlags(this.#flags, on, true);
    const flags = switchedOn === undefined ? undefined : withFlags(switchedOn, off, false);
    if (flags === undefined) throw reader.unsupported(`one of the flags in (?${on}${off === '' ? '' : `-${off}`})`);
    if (scoped) return this.#inside(flags);
    this.#flags = flags;
    return undefined;
  }

  /** The inside of a group with its closing bracket; flags set in it end with it. */
  #inside(flags = this.#flags): PatternNode {
    if (this.#depth >= MAX_DEPTH) throw this.#reader.unsupported(`groups nested more than ${MAX_DEPTH} deep`);
    const outer = this.#flags;
    this.#flags = flags;
    this.#depth += 1;
    const node = this.#choice();
    this.#depth -= 1;
    this.#flags = outer;
    if (!this.#reader.accept(')')) throw this.#reader.invalid('an unclosed group');
    return node;
  }
}

const looks: readonly (readonly [string, boolean, boolean])[] = [
  ['=', true, false],
  ['!', true, true],
  ['<=', false, false],
  ['<!', false, true],
];
