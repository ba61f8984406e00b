import { textOf } from '../../byte-range.ts';
import { javaNumber } from '../../json/java-number.ts';
import { javaText, parseDecimal, plainText, withScale, type DecimalNumber } from './decimal-number.ts';
import { fixedType } from './decimal.ts';
import { writeUnscaledBig } from './unscaled.ts';
import { UnrepresentableValue, type ValueSettings, type ValueType } from './value-type.ts';

type MoneySettings = Pick<ValueSettings, 'decimalHandling' | 'decimalFormat' | 'placeholder' | 'moneyFractionDigits'>;

/**
 * An amount of money as a number. The text depends on lc_monetary: signs are `-` or parentheses around, and the last of
 * several separators, or a single one that is not followed by three digits, is the decimal point.
 */
function parseMoney(text: string): DecimalNumber {
  const negative = /^\s*\(.*\)\s*$/.test(text) || text.includes('-');
  const digits = /\d(?:[\d.,'\s\u00a0\u202f]*\d)?/.exec(text)?.[0];
  if (digits === undefined) throw new UnrepresentableValue(`"${text}" is not an amount of money`);
  const separators = digits.match(/[.,]/g) ?? [];
  const last = separators.at(-1);
  const at = last === undefined ? -1 : digits.lastIndexOf(last);
  const isPoint =
    last !== undefined &&
    separators.filter((one) => one === last).length === 1 &&
    (separators.length > 1 || digits.length - at !== 4);
  const whole = (isPoint ? digits.slice(0, at) : digits).replace(/\D/g, '');
  const fraction = isPoint ? digits.slice(at + 1) : '';
  const number = parseDecimal(`${negative ? '-' : ''}${whole}${fraction === '' ? '' : '.'}${fraction}`);
  if (number === undefined) throw new UnrepresentableValue(`"${text}" is not an amount of money`);
  return number;
}

export function moneyType(settings: MoneySettings): ValueType {
  const scale = settings.moneyFractionDigits;
  const zero: DecimalNumber = { unscaled: 0n, scale };
  if (settings.decimalHandling === 'double')
    return {
      schema: { type: 'double' },
      encode: (out, value) => javaNumber(out, Number(plainText(parseMoney(textOf(value))))),
      standIn: '0.0',
      unavailable: null,
      numbers: 'float',
    };
  if (settings.decimalHandling === 'string')
    return {
      schema: { type: 'string' },
      encode: (out, value) => out.text(`"${plainText(parseMoney(textOf(value)))}"`),
      standIn: `"${plainText(zero)}"`,
      unavailable: null,
    };
  const asNumber: ValueType['encode'] = (out, value) => out.text(javaText(withScale(parseMoney(textOf(value)), scale)));
  return {
    ...fixedType(scale, settings),
    encode:
      settings.decimalFormat === 'NUMERIC'
        ? asNumber
        : (out, value) => writeUnscaledBig(out, withScale(parseMoney(textOf(value)), scale).unscaled),
    encodeInHeader: asNumber,
  };
}
