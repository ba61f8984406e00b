/**
 * The fewest moves that any assignment balanced to ±1 needs: what the living members hold beyond their quotas, where those with
 * the most keep the odd ones. `counts`: what each holds of the items that exist.
 */
export function fewestMoves(counts: readonly number[], itemCount: number): number {
  const base = Math.floor(itemCount / counts.length);
  const odd = itemCount % counts.length;
  return counts
    .toSorted((left, right) => right - left)
    .reduce((sum, count, place) => sum + Math.max(0, count - (place < odd ? base + 1 : base)), 0);
}
