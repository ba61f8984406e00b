import { jsonString } from '../../../json/json-text.ts';
import type { ConnectSchema } from '../../connect-schema.ts';
import type { ValueEncoder, ValueSettings, ValueType } from '../value-type.ts';
import { writeIsoTime } from './iso-text.ts';
import { microsAt, MICROS_PER_DAY, offsetSecondsAt } from './temporal-text.ts';

const QUOTE = 0x22;
const LETTER_Z = 0x5a;

type TimeSettings = Pick<ValueSettings, 'timePrecision' | 'placeholder'>;

/** time(precision) */
export function timeType(precision: number, settings: TimeSettings): ValueType {
  switch (settings.timePrecision) {
    case 'isostring':
      return isoType('io.debezium.time.IsoTime', settings);
    case 'connect':
      return {
        ...numberType({ type: 'int32', name: 'org.apache.kafka.connect.data.Time' }, 1e-3),
        encodeInHeader: (out, value) => {
          writeIsoTime(out, microsAt(value, value.start) % MICROS_PER_DAY, 3);
          out.byte(LETTER_Z);
        },
      };
    case 'nanoseconds':
      return numberType({ type: 'int64', name: 'io.debezium.time.NanoTime' }, 1e3);
    case 'adaptive':
      if (precision <= 3) return numberType({ type: 'int32', name: 'io.debezium.time.Time' }, 1e-3);
      return numberType({ type: 'int64', name: 'io.debezium.time.MicroTime' }, 1);
    case 'adaptive_time_microseconds':
    case 'microseconds':
      return numberType({ type: 'int64', name: 'io.debezium.time.MicroTime' }, 1);
  }
}

/** timetz, always as text in UTC. */
export function zonedTimeType(settings: TimeSettings): ValueType {
  return { ...isoType('io.debezium.time.ZonedTime', settings), standIn: '"00:00:00Z"' };
}

/** Microseconds since midnight, 24:00 included, times a factor that makes them another unit. */
function numberType(schema: Pick<ConnectSchema, 'type' | 'name'>, factor: 1e-3 | 1 | 1e3): ValueType {
  const encode: ValueEncoder =
    factor === 1e-3
      ? (out, value) => out.unsigned(Math.floor(microsAt(value, value.start) / 1000))
      : (out, value) => out.unsigned(microsAt(value, value.start) * factor);
  return { schema: { ...schema, version: 1 }, encode, standIn: '0', unavailable: null, numbers: 'integer' };
}

function isoType(name: string, { placeholder }: TimeSettings): ValueType {
  return {
    schema: { type: 'string', name, version: 1 },
    encode: (out, value) => {
      const local = microsAt(value, value.start) - offsetSecondsAt(value, value.start) * 1e6;
      out.byte(QUOTE);
      writeIsoTime(out, (local + 2 * MICROS_PER_DAY) % MICROS_PER_DAY, null);
      out.byte(LETTER_Z);
      out.byte(QUOTE);
    },
    standIn: '"00:00:00Z"',
    unavailable: jsonString(placeholder.toString('utf8')),
  };
}
