const MAX_SCALE = 10_000;

/** A BigDecimal from its text; undefined for a text that is none. */
export function parseDecimal(text: string): { unscaled: bigint; scale: number } | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign, whole = '', fraction = '', exponent = '0'] = found ?? [];
  if (found === null || whole + fraction === '') return undefined;
  const scale = fraction.length - Number(exponent);
  // Beyond that nothing can be a number of any use, and its digits would fill the memory.
  if (Math.abs(scale) > MAX_SCALE) return undefined;
  const unscaled = BigInt(whole + fraction);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale };
}

/** Digits behind the point cut off. */
export function wholePart({ unscaled, scale }: { unscaled: bigint; scale: number }): bigint {
  return scale > 0 ? unscaled / 10n ** BigInt(scale) : unscaled * 10n ** BigInt(-scale);
}
