/** Splits a stream of text into lines and keeps the last ones, bounded in characters, for the trace of a crash. */
export class TextTail {
  readonly #limit: number;
  readonly #onLine: (line: string) => void;
  #tail = '';
  #open = '';

  constructor(onLine: (line: string) => void, limit = 8192) {
    this.#onLine = onLine;
    this.#limit = limit;
  }

  add(text: string): void {
    this.#tail = (this.#tail + text).slice(-this.#limit);
    const lines = (this.#open + text).split('\n');
    this.#open = lines.pop() ?? '';
    // A line that never ends must not grow for ever either.
    if (this.#open.length > this.#limit) {
      lines.push(this.#open);
      this.#open = '';
    }
    for (const line of lines) if (line.trim() !== '') this.#onLine(line);
  }

  /** The last part of everything that was added. */
  get text(): string {
    return this.#tail.trim();
  }
}
