import { SettingValueError } from '../setting.ts';

/**
 * A cursor over the code points of a Java regular expression. Every refusal names the construct and its place, since the
 * message is what a user sees beside the setting.
 */
export class PatternReader {
  readonly #characters: readonly string[];
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#characters = Array.from(withoutQuotes(text));
  }

  get atEnd(): boolean {
    return this.#position >= this.#characters.length;
  }

  /** The character `ahead` places further on; '' behind the end. */
  peek(ahead = 0): string {
    return this.#characters[this.#position + ahead] ?? '';
  }

  next(): string {
    const character = this.peek();
    if (character !== '') this.#position += 1;
    return character;
  }

  /** Consumes `text` if it comes next. */
  accept(text: string): boolean {
    const length = text.length; // only ASCII is ever asked for, so characters and code units are the same
    if (this.#characters.slice(this.#position, this.#position + length).join('') !== text) return false;
    this.#position += length;
    return true;
  }

  /** Consumes characters while they fit, at most `limit`. */
  takeWhile(fits: RegExp, limit = Infinity): string {
    let taken = '';
    while (taken.length < limit && !this.atEnd && fits.test(this.peek())) taken += this.next();
    return taken;
  }

  /** What stands there is wrong in Java too. */
  invalid(reason: string): SettingValueError {
    return new SettingValueError(`Invalid regular expression '${this.#text}': ${reason}`);
  }

  /** Java knows it; here it cannot be used. */
  unsupported(construct: string): SettingValueError {
    return new SettingValueError(`The regular expression '${this.#text}' uses ${construct}, which is not supported`);
  }
}

/** `\Q…\E` (to the end without `\E`) written as escapes of single characters, as Java does before it parses. */
function withoutQuotes(text: string): string {
  return text.replace(/\\Q(.*?)(?:\\E|$)|\\[^Q]/gsu, (match, quoted: string | undefined) =>
    quoted === undefined
      ? match
      : Array.from(quoted)
          .map((character) => `\\x{${character.codePointAt(0)?.toString(16) ?? ''}}`)
          .join(''),
  );
}
