import { normalize, sep } from 'node:path';

/**
 * The parameter `allowed.paths` of Kafka's file and directory providers: absolute paths separated by commas; absent or empty:
 * every path. Compared without following links, as Kafka does (Kubernetes mounts secrets as links within the mount).
 */
export class AllowedPaths {
  readonly #prefixes: readonly string[] | undefined;

  constructor(text: string | undefined) {
    const given = (text ?? '')
      .split(',')
      .map((path) => path.trim())
      .filter((path) => path !== '');
    this.#prefixes = given.length === 0 ? undefined : given.map((path) => stripped(normalize(path)));
  }

  /** The path without `.` and `..`, or undefined when it lies outside. */
  within(path: string): string | undefined {
    const clean = stripped(normalize(path));
    if (this.#prefixes === undefined) return clean;
    return this.#prefixes.some((prefix) => clean === prefix || clean.startsWith(prefix === sep ? sep : prefix + sep))
      ? clean
      : undefined;
  }
}

function stripped(path: string): string {
  return path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path;
}
