import { closest, distance } from 'fastest-levenshtein';

/** A key that nobody defines, with the defined one it probably means (undefined when none is near). */
export interface UnknownKey {
  readonly key: string;
  readonly nearest: string | undefined;
}

/** The keys of a configuration that no definition and none of the prefixes covers. */
export function unknownKeys(
  keys: Iterable<string>,
  known: readonly string[],
  prefixes: readonly string[] = [],
): UnknownKey[] {
  const defined = new Set(known);
  const unknown: UnknownKey[] = [];
  for (const key of keys) {
    if (defined.has(key) || prefixes.some((prefix) => key.startsWith(prefix))) continue;
    const candidate = known.length === 0 ? undefined : closest(key, known);
    // A third of the letters changed is the most that still reads as a slip of the pen.
    const near = candidate !== undefined && distance(key, candidate) <= Math.max(2, Math.floor(key.length / 3));
    unknown.push({ key, nearest: near ? candidate : undefined });
  }
  return unknown;
}
