/** -1, 0 or 1: numbers as numbers, a qualifier (`-rc1`) before the release, missing parts as 0. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((version) => version.toLowerCase().split(/[.-]/));
  for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i += 1) {
    const order = comparePart(a?.[i] ?? '', b?.[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(left: string, right: string): number {
  const [a, b] = [left, right].map((part) => (/^\d+$/.test(part) ? BigInt(part) : releaseWords.has(part) ? 0n : part));
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'bigint') return 1;
  if (typeof b === 'bigint') return -1;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Maven takes these for the release itself. */
const releaseWords = new Set(['', 'final', 'ga', 'release']);
