import type { JavaMatch, JavaPattern } from './java-pattern.ts';
import { SettingValueError } from './setting.ts';

/** Texts and numbers of groups, in order. */
type Piece = string | number;

/**
 * A replacement text in Java's notation (Matcher.appendReplacement): `$1` and `${name}` stand for groups, a backslash makes
 * the next character itself. A number takes as many digits as still name a group.
 */
export class JavaReplacement {
  readonly #pattern: JavaPattern;
  readonly #pieces: readonly Piece[];

  /** Throws SettingValueError for a reference to a group that the pattern does not have. */
  constructor(text: string, pattern: JavaPattern) {
    this.#pattern = pattern;
    this.#pieces = parsePieces(text, pattern);
  }

  /** Undefined when the pattern does not match the whole text. */
  ofWhole(text: string): string | undefined {
    if (!this.#pattern.matches(text)) return undefined;
    // Connect and Debezium test the whole text but replace the first match in it, which may be a part: `a|ab` finds `a` in `ab`.
    const match = this.#pattern.firstMatch(text);
    return match === undefined ? text : this.#replaced(text, match);
  }

  #replaced(text: string, { start, end, groups }: JavaMatch): string {
    const middle = this.#pieces.map((piece) => (typeof piece === 'string' ? piece : (groups[piece] ?? ''))).join('');
    return text.slice(0, start) + middle + text.slice(end);
  }
}

function parsePieces(text: string, pattern: JavaPattern): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '\\') {
      const escaped = text[at + 1];
      if (escaped === undefined) throw new SettingValueError('character to be escaped is missing');
      pieces.push(escaped);
      at += 2;
    } else if (character === '$') {
      const { group, next } = text[at + 1] === '{' ? namedGroup(text, at, pattern) : numberedGroup(text, at, pattern);
      pieces.push(group);
      at = next;
    } else {
      pieces.push(character);
      at += 1;
    }
  }
  return pieces;
}

interface Reference {
  readonly group: number;
  readonly next: number;
}

function namedGroup(text: string, at: number, { groupNames }: JavaPattern): Reference {
  const name = /^\$\{([A-Za-z][A-Za-z0-9]*)\}/.exec(text.slice(at))?.[1];
  if (name === undefined) throw new SettingValueError(`named capturing group is missing trailing '}' in '${text}'`);
  const group = groupNames.get(name);
  if (group === undefined) throw new SettingValueError(`No group with name {${name}}`);
  return { group, next: at + name.length + 3 };
}

function numberedGroup(text: string, at: number, { groupCount }: JavaPattern): Reference {
  const first = /^\d$/.exec(text[at + 1] ?? '')?.[0];
  if (first === undefined)
    throw new SettingValueError(
      `Illegal group reference: '$' in '${text}' stands before no group; write \\$ for the sign`,
    );
  let group = Number(first);
  if (group > groupCount) throw new SettingValueError(`No group ${group}`);
  let next = at + 2;
  for (let digit = text[next]; digit !== undefined && /^\d$/.test(digit); digit = text[next]) {
    const longer = group * 10 + Number(digit);
    if (longer > groupCount) break;
    group = longer;
    next += 1;
  }
  return { group, next };
}
