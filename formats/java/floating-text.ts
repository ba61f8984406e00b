import { rangeOf } from '../byte-range.ts';
import { ByteWriter } from '../byte-writer.ts';
import { writeJavaNumber } from '../json/java-number.ts';

/** Significant decimal digits that tell any two floats of 32 bits apart. */
const FLOAT_DIGITS = 9;

/** The shortest digits that give this number back, as writeJavaNumber wants them. */
export function shortestDigits(value: number, type: 'float' | 'double'): string {
  if (Object.is(value, -0)) return '-0';
  if (type === 'double' || !Number.isFinite(value)) return String(value);
  const float = Math.fround(value);
  for (let digits = 1; digits < FLOAT_DIGITS; digits++) {
    const text = float.toPrecision(digits);
    if (Math.fround(Number(text)) === float) return text;
  }
  return float.toPrecision(FLOAT_DIGITS);
}

/** Double.toString or Float.toString. */
export function floatingText(value: number, type: 'float' | 'double'): string {
  const out = new ByteWriter(64);
  writeJavaNumber(out, rangeOf(shortestDigits(value, type)), type === 'float' ? 'float32' : 'float64');
  return out.bytes.toString('latin1', 0, out.at).replaceAll('"', '');
}
