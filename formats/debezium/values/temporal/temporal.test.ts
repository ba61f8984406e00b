import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ColumnType } from '../../../../connectors/column-type.ts';
import { schemaName, valueJson } from '../../../../test/support/encoded.ts';
import { dateOfDays, epochDays } from './calendar.ts';

const date: ColumnType = { kind: 'date' };
const time = (precision = 6): ColumnType => ({ kind: 'time', precision });
const timestamp = (precision = 6): ColumnType => ({ kind: 'timestamp', precision });
const zoned = (precision = 6): ColumnType => ({ kind: 'timestamptz', precision });
const timetz: ColumnType = { kind: 'timetz', precision: 6 };

type Case = readonly [ColumnType, string, string];

function check(cases: readonly Case[], settings: Parameters<typeof valueJson>[2] = {}): void {
  for (const [type, text, json] of cases) assert.equal(valueJson(type, text, settings), json, `${type.kind} ${text}`);
}

describe('The calendar', () => {
  it('agrees with JavaScript for every 997th day of 20,000 years', () => {
    for (let days = -4_000_000; days < 4_000_000; days += 997) {
      const js = new Date(days * 86_400_000);
      const expected = { year: js.getUTCFullYear(), month: js.getUTCMonth() + 1, day: js.getUTCDate() };
      assert.deepEqual(dateOfDays(days), expected);
      assert.equal(epochDays(expected.year, expected.month, expected.day), days);
    }
  });
});

describe('Dates and times', () => {
  it('are numbers since 1970 or midnight, in the unit that the declared precision needs', () => {
    check([
      [date, '2016-11-04', '17109'],
      [date, '0001-01-01', '-719162'],
      [date, '4713-01-01 BC', '-2440550'],
      [date, '5874897-12-31', '2145042905'],
      [time(), '13:51:30.123456', '49890123456'],
      [time(3), '13:51:30.123', '49890123'],
      [time(0), '13:51:30', '49890000'],
      [time(), '24:00:00', '86400000000'],
      [timestamp(), '2016-11-04 13:51:30.123456', '1478267490123456'],
      [timestamp(3), '2016-11-04 13:51:30.123', '1478267490123'],
      [timestamp(0), '1900-01-01 00:00:00', '-2208988800000'],
      [timestamp(3), '0044-03-15 12:00:00 BC', '-63517780800000'],
    ]);
  });

  it('are exact before 1970 and beyond 2^53 microseconds', () => {
    check([
      [timestamp(), '1969-12-31 23:59:59.999999', '-1'],
      [timestamp(), '1969-12-31 23:59:59', '-1000000'],
      [timestamp(), '1969-12-31 23:59:58.5', '-1500000'],
      [timestamp(), '0001-01-01 00:00:00', '-62135596800000000'],
      [timestamp(), '4713-12-31 23:59:59.999999 BC', '-210831897600000001'],
      [timestamp(), '2255-06-05 23:47:34.740993', '9007199254740993'],
      [timestamp(), '9999-12-31 23:59:59.999999', '253402300799999999'],
      [timestamp(), '294246-12-31 23:59:59.999999', '9223371244799999999'],
      [timestamp(), '294247-01-01 23:59:59.999999', '9223371331199999999'],
      [timestamp(3), '1969-12-31 23:59:59.999', '-1'],
      [timestamp(3), '294246-12-31 23:59:59.999', '9223371244799999'],
    ]);
  });

  it('follow time.precision.mode', () => {
    check(
      [
        [time(3), '13:51:30.123', '49890123000'],
        [timestamp(3), '2016-11-04 13:51:30.123', '1478267490123'],
      ],
      { timePrecision: 'adaptive_time_microseconds' },
    );
    check(
      [
        [date, '2016-11-04', '17109'],
        [time(), '13:51:30.123999', '49890123'],
        [timestamp(), '2016-11-04 13:51:30.123999', '1478267490123'],
        [timestamp(), '1969-12-31 23:59:59.999999', '-1'],
      ],
      { timePrecision: 'connect' },
    );
    check(
      [
        [time(0), '13:51:30', '49890000000'],
        [timestamp(0), '2016-11-04 13:51:30', '1478267490000000'],
      ],
      { timePrecision: 'microseconds' },
    );
    check(
      [
        [time(), '13:51:30.123456', '49890123456000'],
        [timestamp(), '2016-11-04 13:51:30.123456', '1478267490123456000'],
        [timestamp(), '1969-12-31 23:59:59.999999', '-1000'],
        [timestamp(), '2262-04-11 23:47:16.854775', '9223372036854775000'],
        [timestamp(), '2300-01-01 00:00:00', '9223372036854775807'],
        [timestamp(), '0001-01-01 00:00:00', '-9223372036854775808'],
      ],
      { timePrecision: 'nanoseconds' },
    );
    check(
      [
        [date, '2017-09-15', '"2017-09-15Z"'],
        [date, '4713-01-01 BC', '"-4712-01-01Z"'],
        [date, '10000-01-01', '"+10000-01-01Z"'],
        [time(), '13:51:30.12', '"13:51:30.12Z"'],
        [time(), '24:00:00', '"00:00:00Z"'],
        [timestamp(), '2016-11-04 13:51:30.1234', '"2016-11-04T13:51:30.1234Z"'],
        [timestamp(), '2016-11-04 13:51:00', '"2016-11-04T13:51:00Z"'],
        [timestamp(), '0044-03-15 12:00:00 BC', '"-0043-03-15T12:00:00Z"'],
      ],
      { timePrecision: 'isostring' },
    );
  });

  it('with a time zone are text in UTC with the declared number of digits', () => {
    check([
      [zoned(), '2016-11-04 11:51:30.123456+00', '"2016-11-04T11:51:30.123456Z"'],
      [zoned(), '2020-04-01 11:51:02+00', '"2020-04-01T11:51:02.000000Z"'],
      [zoned(), '2020-04-01 11:51:02.5+00', '"2020-04-01T11:51:02.500000Z"'],
      [zoned(3), '2016-11-04 11:51:30.12+00', '"2016-11-04T11:51:30.120Z"'],
      [zoned(1), '2020-01-02 03:04:05+00', '"2020-01-02T03:04:05.0Z"'],
      [zoned(0), '2016-11-04 11:51:30+00', '"2016-11-04T11:51:30Z"'],
      [zoned(), '21016-11-04 06:51:30+00', '"+21016-11-04T06:51:30.000000Z"'],
      [zoned(), '4713-12-31 23:59:59.999999+00 BC', '"-4712-12-31T23:59:59.999999Z"'],
      [zoned(0), '0001-12-31 23:59:59+00 BC', '"0000-12-31T23:59:59Z"'],
      [timetz, '13:51:30.123789+02', '"11:51:30.123789Z"'],
      [timetz, '12:00:00.1+00', '"12:00:00.1Z"'],
      [timetz, '00:00:00-15:59', '"15:59:00Z"'],
      [timetz, '00:00:00+05:30', '"18:30:00Z"'],
      [timetz, '24:00:00+00', '"00:00:00Z"'],
    ]);
  });

  it('with a time zone are moved to UTC from any other zone', () => {
    check([
      [zoned(), '2020-01-01 00:30:00.5+01', '"2019-12-31T23:30:00.500000Z"'],
      [zoned(), '2020-12-31 23:30:00-05:30', '"2021-01-01T05:00:00.000000Z"'],
    ]);
  });

  it('that are infinite have the values of Debezium, where it has any', () => {
    check([
      [timestamp(), 'infinity', '9223372036825200000'],
      [timestamp(), '-infinity', '-9223372036832400000'],
      [timestamp(3), 'infinity', '9223372036825200'],
      [zoned(), 'infinity', '"infinity"'],
      [zoned(), '-infinity', '"-infinity"'],
      [date, 'infinity', '2147483647'],
      [date, '-infinity', '-2147483648'],
    ]);
    check([[timestamp(), 'infinity', '"+294247-01-10T04:00:25.2Z"']], { timePrecision: 'isostring' });
    check([[timestamp(), '-infinity', '-9223372036854775808']], { timePrecision: 'nanoseconds' });
  });

  it('have the semantic types of Debezium', () => {
    assert.equal(schemaName(date), 'int32 io.debezium.time.Date');
    assert.equal(schemaName(time(3)), 'int32 io.debezium.time.Time');
    assert.equal(schemaName(time(4)), 'int64 io.debezium.time.MicroTime');
    assert.equal(schemaName(timestamp(3)), 'int64 io.debezium.time.Timestamp');
    assert.equal(schemaName(timestamp(4)), 'int64 io.debezium.time.MicroTimestamp');
    assert.equal(
      schemaName(timestamp(), { timePrecision: 'connect' }),
      'int64 org.apache.kafka.connect.data.Timestamp',
    );
    assert.equal(schemaName(zoned()), 'string io.debezium.time.ZonedTimestamp');
    assert.equal(schemaName(timetz), 'string io.debezium.time.ZonedTime');
  });
});

describe('Intervals', () => {
  const interval: ColumnType = { kind: 'interval' };

  it('are microseconds with months of 365.25 / 12 days', () => {
    check([
      [interval, '1 year 2 mons 3 days 04:05:06.78', '37091106780000'],
      [interval, '-1 years -2 mons +3 days -04:05:06.789', '-36572706789000'],
      [interval, '-00:00:00.5', '-500000'],
      [interval, '10 mons 29 days 23:59:59.999999', '28889999999999'],
      [interval, '1 mon', '2629800000000'],
      [interval, '00:00:00', '0'],
      [interval, '178000000 years', '9223372036854775807'],
    ]);
  });

  it('are text with all six parts with interval.handling.mode=string', () => {
    check(
      [
        [interval, '1 year 2 mons 3 days 04:05:06.78', '"P1Y2M3DT4H5M6.78S"'],
        [interval, '-1 years -2 mons +3 days -04:05:06.789', '"P-1Y-2M3DT-4H-5M-6.789S"'],
        [interval, '-00:00:00.5', '"P0Y0M0DT0H0M-0.5S"'],
        [interval, '11 mons 100:00:00', '"P0Y11M0DT100H0M0S"'],
        [interval, '00:00:10', '"P0Y0M0DT0H0M10S"'],
        [interval, '1 day', '"P0Y0M1DT0H0M0S"'],
      ],
      { intervalHandling: 'string' },
    );
  });
});
