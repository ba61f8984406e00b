import type { ByteRange } from '../../../byte-range.ts';
import type { ByteWriter } from '../../../byte-writer.ts';
import { jsonString } from '../../../json/json-text.ts';
import type { ValueSettings, ValueType } from '../value-type.ts';
import { writeInteger } from './epoch.ts';
import { writeIsoDate } from './iso-text.ts';
import { daysOf, infinitySign } from './temporal-text.ts';

const QUOTE = 0x22;
const LETTER_Z = 0x5a;
/**
 * Infinite dates as the ends of int32. Debezium 3.5 has no value of its own for them: it writes −2147472692 and −2147472691
 * while streaming and other numbers in a snapshot.
 */
const INFINITE_DAYS = { '1': 2_147_483_647, '-1': -2_147_483_648 } as const;

export function dateType({
  timePrecision,
  placeholder,
}: Pick<ValueSettings, 'timePrecision' | 'placeholder'>): ValueType {
  if (timePrecision === 'isostring')
    return {
      schema: { type: 'string', name: 'io.debezium.time.IsoDate', version: 1 },
      encode: (out, value) => {
        out.byte(QUOTE);
        writeIsoDate(out, finiteDays(value));
        out.byte(LETTER_Z);
        out.byte(QUOTE);
      },
      standIn: '"1970-01-01Z"',
      unavailable: jsonString(placeholder.toString('utf8')),
    };
  const encode = (out: ByteWriter, value: ByteRange): void => writeInteger(out, finiteDays(value));
  const days: ValueType = {
    schema: { type: 'int32', name: 'io.debezium.time.Date', version: 1 },
    encode,
    standIn: '0',
    unavailable: null,
    numbers: 'integer',
  };
  if (timePrecision !== 'connect') return days;
  return {
    ...days,
    schema: { type: 'int32', name: 'org.apache.kafka.connect.data.Date', version: 1 },
    encodeInHeader: (out, value) => writeIsoDate(out, finiteDays(value)),
  };
}

function finiteDays(value: ByteRange): number {
  const sign = infinitySign(value);
  return sign === 0 ? daysOf(value) : INFINITE_DAYS[sign];
}
