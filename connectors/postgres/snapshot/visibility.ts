/**
 * What a snapshot of PostgreSQL sees, from its text `xmin:xmax:xip,xip` (manual, 9.27.9): 64-bit transaction ids. `xmin:xmax:?` is
 * ours, for a standby, where the list is always empty.
 */
export interface Visibility {
  readonly xmin: bigint;
  readonly xmax: bigint;
  /** Transactions between the two that had not ended; undefined: which ones is not known. */
  readonly running: ReadonlySet<bigint> | undefined;
}

const HALF = 1n << 31n;
const FULL = 1n << 32n;

/** Undefined: no such text. */
export function parseVisibility(text: string): Visibility | undefined {
  const match = /^(\d+):(\d+):(\?|(?:\d+(?:,\d+)*)?)$/.exec(text);
  if (match === null) return undefined;
  const [, xmin = '0', xmax = '0', running = ''] = match;
  const bounds = { xmin: BigInt(xmin), xmax: BigInt(xmax) };
  if (running === '?') return { ...bounds, running: undefined };
  return { ...bounds, running: new Set(running === '' ? [] : running.split(',').map(BigInt)) };
}

/** Whether a snapshot surely sees what a transaction did that has committed; `xid`: its 32 bits of the stream, not 2^31 away from the snapshot. */
export function isVisible(xid: number, { xmin, xmax, running }: Visibility): boolean {
  const full = extended(xid, xmax);
  if (full < xmin) return true;
  return full < xmax && running?.has(full) === false;
}

/** Whether it sees that, for all that is known. */
export function mayBeVisible(xid: number, { xmax, running }: Visibility): boolean {
  const full = extended(xid, xmax);
  return full < xmax && running?.has(full) !== true;
}

/** The 64-bit id with these lower bits that is nearest to another one. */
function extended(xid: number, near: bigint): bigint {
  const full = near - (near % FULL) + BigInt(xid);
  if (full - near > HALF) return full - FULL;
  return near - full > HALF ? full + FULL : full;
}
