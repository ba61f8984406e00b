/** An exact decimal: `unscaled` × 10^−`scale`, as Java's BigDecimal. */
export interface DecimalNumber {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Plain decimal text; undefined for anything else (NaN, Infinity). */
export function parseDecimal(text: string): DecimalNumber | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const [, sign = '', whole = '', fraction = ''] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const magnitude = BigInt(whole + fraction);
  return { unscaled: sign === '-' ? -magnitude : magnitude, scale: fraction.length };
}

/** The same number with that many digits behind the point, rounded half up where some are lost. */
export function withScale(value: DecimalNumber, scale: number): DecimalNumber {
  const { unscaled } = value;
  if (scale >= value.scale) return { unscaled: unscaled * 10n ** BigInt(scale - value.scale), scale };
  const divisor = 10n ** BigInt(value.scale - scale);
  const half = divisor / 2n;
  return { unscaled: (unscaled < 0n ? unscaled - half : unscaled + half) / divisor, scale };
}

/** Without zeros at the end of the fraction. */
export function stripped(value: DecimalNumber): DecimalNumber {
  let { unscaled, scale } = value;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return { unscaled, scale };
}

/** BigDecimal.toPlainString. */
export function plainText({ unscaled, scale }: DecimalNumber): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = magnitudeDigits(unscaled).padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** BigDecimal.toString: with an exponent once the first digit is more than six places behind the point. */
export function javaText(value: DecimalNumber): string {
  const { unscaled, scale } = value;
  const digits = magnitudeDigits(unscaled);
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return plainText(value);
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${unscaled < 0n ? '-' : ''}${digits.charAt(0)}${fraction}E${exponent}`;
}

function magnitudeDigits(value: bigint): string {
  return (value < 0n ? -value : value).toString();
}
