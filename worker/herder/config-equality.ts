export type Config = Readonly<Record<string, string>>;

/** Whether two configurations hold the same keys with the same values, in whatever order. */
export function sameConfig(left: Config, right: Config): boolean {
  if (left === right) return true;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

/** Whether two lists hold equal configurations in the same order. */
export function sameConfigs(left: readonly Config[], right: readonly Config[]): boolean {
  return (
    left.length === right.length && left.every((config, index) => sameConfig(config, right[index] ?? { index: '' }))
  );
}
