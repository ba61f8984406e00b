/** Where a reader stands in one partition, and how far the broker said one could read. */
export interface LogPosition {
  /** Offset of the next record to read. */
  readonly next: bigint;
  /** High watermark of the newest answer; −1n before the first. */
  readonly highWatermark: bigint;
  /** Everything below it is decided; a read_committed reader gets no further. −1n before the first answer. */
  readonly lastStableOffset: bigint;
}

/** The first partition that has not been read to its end, with what keeps it; undefined when all have. */
export function laggingPartition(
  positions: ReadonlyMap<number, LogPosition>,
  ends: ReadonlyMap<number, bigint>,
): { readonly partition: number; readonly reason: string } | undefined {
  for (const [partition, end] of ends) {
    const position = positions.get(partition);
    if (position !== undefined && position.next >= end) continue;
    return { partition, reason: reasonOf(position, end) };
  }
  return undefined;
}

function reasonOf(position: LogPosition | undefined, end: bigint): string {
  if (position === undefined) return `nothing of it was read yet; its end is ${end}`;
  const { next, lastStableOffset, highWatermark } = position;
  const text = `read up to offset ${next}, its end is ${end}`;
  // The broker shows a read_committed reader nothing beyond the last stable offset.
  return lastStableOffset >= 0n && next >= lastStableOffset && lastStableOffset < highWatermark
    ? `${text}; a transaction that began at offset ${lastStableOffset} is still open`
    : text;
}
