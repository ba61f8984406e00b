import { isSecretKey } from '../secret-keys.ts';
import type { ResolvedConfig } from './config-resolver.ts';

const hidden = '[hidden]';
/** Shorter values are found in texts that have nothing to do with them, and give nothing away. */
const minLength = 4;
/** Values of rotated secrets are forgotten, the oldest first. */
const maxValues = 2000;

/** Values that must not be shown anywhere, whoever quotes them: what configuration providers gave for secret settings. */
export class SecretValues {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  add(values: Iterable<string>): void {
    for (const value of values) {
      if (value.length < minLength) continue;
      this.#values.delete(value);
      this.#values.add(value);
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= maxValues) break;
      this.#values.delete(oldest);
    }
    this.#pattern = undefined;
  }

  /** Takes what was put into secret settings: the parts, and the whole value that they make. */
  learn({ config, replaced }: ResolvedConfig, isSecret: (key: string) => boolean = isSecretKey): void {
    const values: string[] = [];
    for (const [key, parts] of replaced) if (isSecret(key)) values.push(...parts, config[key] ?? '');
    if (values.length > 0) this.add(values);
  }

  redact(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= patternOf(this.#values);
    return text.replace(this.#pattern, hidden);
  }

  /** Texts at any depth of a value that is to become JSON; secrets of a JSON text are found in what it quotes. */
  redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    if (this.#values.size === 0) return { ...fields };
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, this.#redactValue(value)]));
  }

  #redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((entry: unknown) => this.#redactValue(entry));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#redactValue(entry)]));
    return value;
  }
}

/** The longest first: one value may be the beginning of another. */
function patternOf(values: ReadonlySet<string>): RegExp {
  const escaped = [...values]
    .flatMap((value) => [value, value.trim()])
    .filter((value) => value.length >= minLength)
    .sort((a, b) => b.length - a.length)
    .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(escaped.join('|'), 'g');
}
