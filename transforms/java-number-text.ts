import type { Decimal } from '../connectors/connect-data.ts';

/** The shortest text that reads back as the same number, as Double.toString and Float.toString write it (Java 19 and newer). */
export function floatText(value: number, width: 'float' | 'double'): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', exponentText = '0'] = shortest(Math.abs(value), width).split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (value === 0) return `${sign}0.0`;
  // Plain from 10^-3 up to 10^7, else one digit before the point and an exponent (Double.toString).
  if (exponent >= 7 || exponent < -3) return `${sign}${withPoint(digits, 1)}E${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + withPoint(digits.padEnd(exponent + 1, '0'), exponent + 1);
}

function shortest(value: number, width: 'float' | 'double'): string {
  if (width === 'double') return value.toExponential();
  for (let digits = 0; digits < 9; digits += 1) {
    const candidate = value.toExponential(digits);
    if (Math.fround(Number(candidate)) === Math.fround(value)) return candidate;
  }
  return value.toExponential(8);
}

function withPoint(digits: string, before: number): string {
  return `${digits.slice(0, before)}.${digits.slice(before) || '0'}`;
}

/** BigDecimal.toString: plain for a scale from 0 on and not more than six zeros behind the point, else with an exponent. */
export function decimalText({ unscaled, scale }: Decimal): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const exponent = digits.length - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, '0');
    const whole = padded.slice(0, padded.length - scale);
    return sign + (scale === 0 ? whole : `${whole}.${padded.slice(-scale)}`);
  }
  const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
  return `${sign}${mantissa}E${exponent < 0 ? '' : '+'}${exponent}`;
}

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
