import type { ByteRange } from '../../../byte-range.ts';
import type { ByteWriter } from '../../../byte-writer.ts';
import { jsonString } from '../../../json/json-text.ts';
import type { ConnectSchema } from '../../connect-schema.ts';
import type { ValueSettings, ValueType } from '../value-type.ts';
import { writeEpochMicros, writeEpochMillis, writeEpochNanos } from './epoch.ts';
import { writeIsoDate, writeIsoTime } from './iso-text.ts';
import { daysOf, infinitySign, microsAt, timeStart } from './temporal-text.ts';

const QUOTE = 0x22;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/**
 * Infinite timestamps as Debezium writes them: the JDBC driver's sentinels (org.postgresql.PGStatement) taken as
 * microseconds. Nanoseconds: the ends of int64, where Debezium overflows.
 */
const INFINITIES = {
  millis: ['-9223372036832400', '9223372036825200'],
  micros: ['-9223372036832400000', '9223372036825200000'],
  nanos: ['-9223372036854775808', '9223372036854775807'],
  iso: ['"-290308-12-21T19:59:27.6Z"', '"+294247-01-10T04:00:25.2Z"'],
} as const;

type Unit = 'millis' | 'micros' | 'nanos';

const writers = { millis: writeEpochMillis, micros: writeEpochMicros, nanos: writeEpochNanos } as const;

/** timestamp(precision), without time zone: read as if it were UTC. */
export function timestampType(
  precision: number,
  { timePrecision, placeholder }: Pick<ValueSettings, 'timePrecision' | 'placeholder'>,
): ValueType {
  switch (timePrecision) {
    case 'isostring':
      return isoType(jsonString(placeholder.toString('utf8')));
    case 'connect':
      return {
        ...numberType('org.apache.kafka.connect.data.Timestamp', 'millis'),
        encodeInHeader: writeInHeader,
      };
    case 'microseconds':
      return numberType('io.debezium.time.MicroTimestamp', 'micros');
    case 'nanoseconds':
      return numberType('io.debezium.time.NanoTimestamp', 'nanos');
    case 'adaptive':
    case 'adaptive_time_microseconds':
      return precision <= 3
        ? numberType('io.debezium.time.Timestamp', 'millis')
        : numberType('io.debezium.time.MicroTimestamp', 'micros');
  }
}

function numberType(name: NonNullable<ConnectSchema['name']>, unit: Unit): ValueType {
  const write = writers[unit];
  const [negative, positive] = INFINITIES[unit];
  return {
    schema: { type: 'int64', name, version: 1 },
    encode: (out, value) => {
      const sign = infinitySign(value);
      if (sign === 0) write(out, daysOf(value), microsAt(value, timeStart(value)));
      else out.text(sign < 0 ? negative : positive);
    },
    standIn: '0',
    unavailable: null,
    numbers: 'integer',
  };
}

function isoType(unavailable: string): ValueType {
  const [negative, positive] = INFINITIES.iso;
  return {
    schema: { type: 'string', name: 'io.debezium.time.IsoTimestamp', version: 1 },
    encode: (out, value) => {
      const sign = infinitySign(value);
      if (sign !== 0) {
        out.text(sign < 0 ? negative : positive);
        return;
      }
      out.byte(QUOTE);
      writeIsoTimestamp(out, value, null);
      out.byte(QUOTE);
    },
    standIn: '"1970-01-01T00:00:00Z"',
    unavailable,
  };
}

function writeIsoTimestamp(out: ByteWriter, value: ByteRange, width: number | null): void {
  writeIsoDate(out, daysOf(value));
  out.byte(LETTER_T);
  writeIsoTime(out, microsAt(value, timeStart(value)), width);
  out.byte(LETTER_Z);
}

/** Connect's Timestamp in a header: a date alone at midnight, else with milliseconds (Values.dateFormatFor, in UTC). */
function writeInHeader(out: ByteWriter, value: ByteRange): void {
  if (infinitySign(value) !== 0) out.text(INFINITIES.millis[infinitySign(value) < 0 ? 0 : 1]);
  else if (microsAt(value, timeStart(value)) < 1000) writeIsoDate(out, daysOf(value));
  else writeIsoTimestamp(out, value, 3);
}
