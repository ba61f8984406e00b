/** A place in the write-ahead log: 64 bits, unsigned. */
export type Lsn = bigint;

/** The text form `X/X` (hexadecimal halves) of PostgreSQL's type pg_lsn; throws a RangeError for anything else. */
export function parseLsn(text: string): Lsn {
  const halves = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text);
  const [, high, low] = halves ?? [];
  if (high === undefined || low === undefined) throw new RangeError(`'${text}' is no LSN`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export function formatLsn(lsn: Lsn): string {
  const high = (lsn >> 32n).toString(16).toUpperCase();
  return `${high}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** From two unsigned 32-bit halves, as the hot path keeps them. */
export function lsnOf(high: number, low: number): Lsn {
  return (BigInt(high) << 32n) | BigInt(low);
}
