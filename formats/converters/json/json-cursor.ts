const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;

/** Walks over a JSON text token by token, numbers as the text they are. Throws SyntaxError. */
export class JsonCursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next character that is no white space; empty at the end. */
  peek(): string {
    const code = this.#text.charCodeAt(this.#at);
    if (code <= 0x20) {
      SPACE.lastIndex = this.#at;
      SPACE.test(this.#text);
      this.#at = SPACE.lastIndex;
    }
    return this.#text.charAt(this.#at);
  }

  /** Takes the text if it is next. */
  take(token: string): boolean {
    this.peek();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw new SyntaxError(`${token} expected at character ${this.#at + 1} of the JSON text`);
  }

  string(): string {
    this.expect('"');
    const start = this.#at;
    let escaped = false;
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) throw new SyntaxError('the JSON text ends inside of a string');
      if (code !== BACKSLASH) continue;
      escaped = true;
      this.#at++;
    }
    const inside = this.#text.slice(start, this.#at++);
    return escaped ? String(JSON.parse(`"${inside}"`)) : inside;
  }

  number(): string {
    this.peek();
    NUMBER.lastIndex = this.#at;
    const [found] = NUMBER.exec(this.#text) ?? [];
    if (found === undefined) throw new SyntaxError(`a number expected at character ${this.#at + 1} of the JSON text`);
    this.#at += found.length;
    return found;
  }

  /** The members of a list, one call each. */
  list(member: () => void): void {
    this.expect('[');
    if (this.take(']')) return;
    do member();
    while (this.take(','));
    this.expect(']');
  }

  /** The members of an object, one call each, before its value is read. */
  object(member: (name: string) => void): void {
    this.expect('{');
    if (this.take('}')) return;
    do {
      const name = this.string();
      this.expect(':');
      member(name);
    } while (this.take(','));
    this.expect('}');
  }

  end(): void {
    if (this.peek() !== '')
      throw new SyntaxError(`nothing more expected at character ${this.#at + 1} of the JSON text`);
  }
}
