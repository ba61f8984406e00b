import { logicalTypes, type Value } from '../../connectors/connect-data.ts';

const MS_PER_DAY = 86_400_000;

/**
 * The number that stands for a Date, Time or Timestamp: days, milliseconds of the day, milliseconds since 1970 UTC. Beyond
 * what a Date object can hold (±8.64e15 ms) the milliseconds come as a bigint. Undefined for any other value.
 */
export function dateNumber(logicalType: string, value: Value): number | bigint | undefined {
  if (typeof value === 'bigint') return logicalType === logicalTypes.date ? value / BigInt(MS_PER_DAY) : value;
  if (!(value instanceof Date)) return undefined;
  const ms = value.getTime();
  return logicalType === logicalTypes.date ? Math.floor(ms / MS_PER_DAY) : ms;
}

/** The counterpart. */
export function dateOfNumber(logicalType: string, number: bigint): Date | bigint {
  const ms = logicalType === logicalTypes.date ? number * BigInt(MS_PER_DAY) : number;
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? ms : date;
}
