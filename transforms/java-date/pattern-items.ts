import { SettingValueError } from '../../settings/setting.ts';

/** A letter and how often it stands there, or text as it is. */
export type PatternItem =
  | { readonly type: 'field'; readonly letter: Letter; readonly count: number }
  | { readonly type: 'text'; readonly text: string };

const letters = 'GyMLdDEuaHkKhmsSzZX';
export type Letter =
  'G' | 'y' | 'M' | 'L' | 'd' | 'D' | 'E' | 'u' | 'a' | 'H' | 'k' | 'K' | 'h' | 'm' | 's' | 'S' | 'z' | 'Z' | 'X';

function isLetter(character: string): character is Letter {
  return letters.includes(character);
}

/**
 * Takes apart a pattern of java.text.SimpleDateFormat (Java 17). Throws SettingValueError for a letter that is none, and, naming
 * it, for Y, w, W and F: weeks, whose numbers depend on the country that the Java process is set to.
 */
export function patternItems(pattern: string): readonly PatternItem[] {
  const items: PatternItem[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] ?? '';
    if (character === "'") {
      const { text, next } = quoted(pattern, at);
      addText(items, text);
      at = next;
    } else if (/[A-Za-z]/.test(character)) {
      if (/[YwWF]/.test(character))
        throw new SettingValueError(`The letter '${character}' of the date format '${pattern}' is not supported`);
      if (!isLetter(character))
        throw new SettingValueError(`Illegal pattern character '${character}' in the date format '${pattern}'`);
      let count = 1;
      while (pattern[at + count] === character) count += 1;
      if (character === 'X' && count > 3) throw new SettingValueError(`invalid ISO 8601 format: length=${count}`);
      items.push({ type: 'field', letter: character, count });
      at += count;
    } else {
      addText(items, character);
      at += 1;
    }
  }
  return items;
}

function addText(items: PatternItem[], text: string): void {
  const last = items.at(-1);
  if (last?.type === 'text') items[items.length - 1] = { type: 'text', text: last.text + text };
  else if (text !== '') items.push({ type: 'text', text });
}

/** Text in quotes; two of them are one, inside and outside of quotes. */
function quoted(pattern: string, open: number): { text: string; next: number } {
  if (pattern[open + 1] === "'") return { text: "'", next: open + 2 };
  let text = '';
  let at = open + 1;
  for (;;) {
    const close = pattern.indexOf("'", at);
    if (close < 0) throw new SettingValueError(`Unterminated quote in the date format '${pattern}'`);
    text += pattern.slice(at, close);
    if (pattern[close + 1] !== "'") return { text, next: close + 1 };
    text += "'";
    at = close + 2;
  }
}
